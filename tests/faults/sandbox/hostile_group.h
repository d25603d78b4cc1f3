#pragma once

// A server's data directory with secrets in it, and a group that wants them.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/contract/launchers/local_group.h"

namespace miv::server::test {

inline constexpr char kSecret[] = "SECRET-7c1d";

/// One suite for every backend.  Without a sandbox a group that runs as the
/// server's own user can do what the server can, so nothing is tested there.
class HostileGroup : public testing::TestWithParam<SandboxPolicy> {
 protected:
  void SetUp() override {
    if (const absl::Status can = Available(GetParam()); !can.ok())
      GTEST_SKIP() << "bubblewrap does not work here: " << can.message();
    if (!sandboxed() && ::geteuid() != 0)
      GTEST_SKIP() << "without a sandbox an ordinary user's groups are "
                      "protected from nothing of that user";
    groups_ = std::make_unique<LocalGroups>(GetParam());
    Hide("miv.sqlite");
    Hide("token");
    other_ = groups_->Spec("exec sleep 1000");
    Hide("groups/g0/token");
    ASSERT_TRUE(groups_->launcher().Launch(other_).ok());
    Hide("groups/g0/work/state");
    Hide("groups/g0/inputs/model", 0444);
  }

  bool sandboxed() const { return GetParam() == SandboxPolicy::kBwrap; }

  /// A file of the data directory as the server makes it.
  void Hide(const std::string& name, unsigned mode = 0600) {
    ASSERT_TRUE(
        WriteFileAtomically(groups_->data() / name, kSecret, mode).ok());
  }

  /// What the group prints, both ways, until it ends.
  std::string Said(const GroupSpec& spec) {
    const auto exit = groups_->Run(spec);
    EXPECT_TRUE(exit.ok()) << exit.status();
    return absl::StrCat(LocalGroups::Content(spec, "stdout"),
                        LocalGroups::Content(spec, "stderr"));
  }
  std::string Said(const std::string& script) {
    return Said(groups_->Spec(script));
  }

  std::unique_ptr<LocalGroups> groups_;
  GroupSpec other_;  ///< a running group of somebody else, "g0"
};

inline std::string PolicyTestName(
    const testing::TestParamInfo<SandboxPolicy>& info) {
  return info.param == SandboxPolicy::kBwrap ? "Bwrap" : "None";
}

}  // namespace miv::server::test
