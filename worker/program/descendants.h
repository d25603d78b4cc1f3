#pragma once

// Processes that a program started and left behind.

#include <chrono>

#include "absl/status/status.h"

namespace miv::worker {

/// While it lives, every process that descends from this one and loses its
/// parent becomes this one's child, so that none gets away.
class Adoption {
 public:
  Adoption();
  ~Adoption();
  Adoption(const Adoption&) = delete;
  Adoption& operator=(const Adoption&) = delete;
};

/// Kills and reaps all children of this process until it has none.  Use under
/// an Adoption.  Errors: DeadlineExceeded if some are still there after `limit`
/// (they start new ones faster than they die).
absl::Status EndChildren(std::chrono::milliseconds limit);

}  // namespace miv::worker
