#pragma once

#include <memory>
#include <string>

#include "tests/support/mpi_world.h"
#include "tests/support/temp_directory.h"

namespace miv::parallel {

/// A directory that all ranks use; rank 0 makes and removes it.
class SharedDirectory {
 public:
  SharedDirectory() {
    auto& world = World();
    if (world.is_root()) own_ = std::make_unique<test::TempDirectory>();
    if (own_) path_ = own_->path();
    world.Broadcast(&path_);
  }
  ~SharedDirectory() { World().Barrier(); }
  const std::string& path() const { return path_; }

 private:
  std::unique_ptr<test::TempDirectory> own_;
  std::string path_;
};

}  // namespace miv::parallel
