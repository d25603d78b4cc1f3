#pragma once

// A fresh directory for one test, removed with it.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <string>

#include "common/base/files.h"

namespace miv::test {

class TempDirectory {
 public:
  /// mode: 0700 as mkdtemp makes it, or wider.
  explicit TempDirectory(unsigned mode = 0700);
  ~TempDirectory() { RemoveTree(path_).IgnoreError(); }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  /// path/name
  std::string operator/(const std::string& name) const {
    return JoinPath(path_, name);
  }

 private:
  std::string path_;
};

inline TempDirectory::TempDirectory(unsigned mode)
    : path_(testing::TempDir() + "/miv-test-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) {
    ADD_FAILURE() << "cannot create " << path_;
    return;
  }
  // The kernel's own spelling of the path.
  char* real = ::realpath(path_.c_str(), nullptr);
  path_ = real;
  ::free(real);
  EXPECT_EQ(::chmod(path_.c_str(), mode), 0);
}

}  // namespace miv::test
