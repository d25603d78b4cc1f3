#pragma once

// The files that a simulation leaves, results.h5 and readout*.npy, made from
// its segment files.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/segments/segment_set.h"
#include "worker/simulate/result_head.h"

namespace miv::simulate {

/// Writes results.h5:
///   /H5Types
///   /Spikes/{gid u32, t f64}                    by (t, gid), ms
///   /Populations/P/Spike Events/{t f32, Trial Duration f32, Trial Index u8,
///       artificial u8}                          one row per cell with spikes
///   /LFP/LABEL/{t, v} f64                       ms, mV; attributes position,
///       rho, mode; one group per population with its own {t, v}
///   /Recordings/LABEL/{t [n], value [n, traces], gid, section, x}; attributes
///       variable, unit
///   /Manifest                                   JSON text; "complete" and
///       "until_ms" say how far the run came: all samples of the steps before
///       and all spikes with t < until_ms
/// The bytes depend on the run only, not on how its frames were cut.  Memory:
/// the spike times of one population, a block of everything else.  Not
/// collective: rank 0 calls it.  Returns the number of spikes.
/// Errors: DataLoss if samples are missing; Unavailable, ResourceExhausted.
absl::StatusOr<std::uint64_t> WriteResults(const std::string& path,
                                           const ResultHead& head,
                                           const segments::SegmentSet& set);

/// "readout.npy" of electrode 0, "readout_LABEL.npy" of another.
std::string ReadoutName(const ResultHead& head, std::size_t electrode);

/// Writes readout.npy (first electrode) and readout_LABEL.npy (the others),
/// NumPy arrays of f64 [n, 2]: t in ms, v in mV.
absl::Status WriteReadouts(const std::string& directory, const ResultHead& head,
                           const segments::SegmentSet& set);

}  // namespace miv::simulate
