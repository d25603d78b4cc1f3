#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace miv::server {

/// A file that does nothing but take up room, so that there is some to give
/// back when the disk is full: what must be recorded to free more (a failure,
/// an end) can then be recorded.  Not thread safe.
class SpareSpace {
 public:
  SpareSpace(std::string path, std::int64_t bytes)
      : path_(std::move(path)), bytes_(bytes) {}

  /// Takes the room if the disk has four times as much; at most one try in 10
  /// s.  Without effect while it is taken.
  void Reserve(absl::Time now);
  /// Gives it back.  Returns false if it was not taken.
  bool Release();

 private:
  bool Allocate() const;

  const std::string path_;
  const std::int64_t bytes_;
  bool taken_ = false;
  absl::Time tried_ = absl::InfinitePast();
};

}  // namespace miv::server
