#pragma once

// How much memory the process has needed at most.

#include <cstdint>

namespace miv::worker {

/// Begins the measurement anew.  Where the system does not allow it, the peak
/// stays that of the process since its start.
void ForgetPeakMemory();

/// Largest resident size since ForgetPeakMemory, or since the process began,
/// bytes.
std::uint64_t PeakMemoryBytes();

}  // namespace miv::worker
