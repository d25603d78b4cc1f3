#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace miv::server {

/// What time it is; an argument of everything that depends on it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace miv::server
