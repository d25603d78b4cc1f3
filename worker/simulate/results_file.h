#pragma once

// The files that a simulation leaves: results.h5 and readout*.npy.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/neuroh5/types.h"
#include "worker/simulate/lfp/lfp_recorder.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/recordings/recorder.h"

namespace miv::simulate {

/// Everything that a run produced, gathered on rank 0.
struct Results {
  neuroh5::Types types;
  std::vector<std::string> artificial;  ///< populations of spike sources
  double t_end_ms = 0;
  std::vector<neuron::Spike> spikes;  ///< sorted by (t, gid)
  std::vector<LfpTrace> lfp;
  std::vector<RecordedTraces> recordings;
  nlohmann::json manifest;
};

/// Writes results.h5:
///   /H5Types
///   /Spikes/{gid u32, t f64}                    by (t, gid), ms
///   /Populations/P/Spike Events/{t f32, Trial Duration f32, Trial Index u8,
///       artificial u8}                          one row per cell with spikes
///   /LFP/LABEL/{t, v} f64                       ms, mV; attributes position,
///       rho, mode; one group per population with its own {t, v}
///   /Recordings/LABEL/{t [n], value [n, traces], gid, section, x}; attributes
///       variable, unit
///   /Manifest                                   JSON text
/// The bytes depend on `results` only.  Not collective: rank 0 calls it.
absl::Status WriteResults(const std::string& path, const Results& results);

/// A NumPy file of shape [rows, columns], f64, little endian, C order.
absl::Status WriteNpy(const std::string& path, absl::Span<const double> values,
                      std::uint64_t columns);

/// Writes readout.npy (first electrode) and readout_LABEL.npy (the others),
/// each [n, 2]: t in ms, v in mV.
absl::Status WriteReadouts(const std::string& directory,
                           absl::Span<const LfpTrace> traces);

}  // namespace miv::simulate
