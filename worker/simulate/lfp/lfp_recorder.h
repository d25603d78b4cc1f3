#pragma once

// Samples the extracellular potential at electrodes while a simulation runs.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"
#include "worker/parallel/ranks.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/lfp/exact_sum.h"
#include "worker/simulate/lfp/lfp_config.h"
#include "worker/simulate/lfp/lfp_sources.h"

namespace miv::simulate {

/// One electrode's samples, on rank 0.  Sample i belongs to
/// t = (first_sample + i) dt_lfp.
struct LfpTrace {
  Electrode electrode;
  std::uint64_t first_sample = 0;
  std::vector<std::string> populations;  ///< those that contribute, sorted
  std::vector<double> total;             ///< [n] mV
  std::vector<std::vector<double>> by_population;  ///< [populations][n] mV
};

/// All electrodes.  The potential of each cell is a sum in a fixed order; sums
/// over cells are exact (ExactSum): the result does not depend on which rank
/// has which cell.  Samples travel to rank 0 a batch at a time.
class LfpRecorder {
 public:
  struct Request {
    neuron::Engine& engine;
    const std::vector<Electrode>& electrodes;
    const LoadedCells& cells;
    const neuroh5::Reader& reader;  ///< coordinates, for placement `soma`
    double dt_ms = 0.025;
  };

  /// Collective; after Initialise of the integrator: uses NEURON's node
  /// numbers.  Errors: InvalidArgument (sample interval, populations, missing
  /// coordinates), the same on all ranks.
  static absl::StatusOr<std::unique_ptr<LfpRecorder>> Create(
      parallel::Ranks& ranks, const Request& request);

  /// Takes the samples that are due at this step (0 = right after
  /// initialisation).  Collective when a batch is full, which is at the same
  /// step on all ranks.
  void OnStep(std::int64_t step);

  /// Collective: sends what is left and returns all traces (empty except on
  /// rank 0).  Errors: OutOfRange if a potential left the representable range.
  absl::StatusOr<std::vector<LfpTrace>> Finish();

 private:
  struct Channel {
    Electrode electrode;
    std::int64_t steps_per_sample = 1;
    std::vector<std::string> populations;
    std::vector<std::vector<LfpSource>> sources;  ///< [populations]
    std::vector<ExactSum> pending;                ///< [samples][columns]
    LfpTrace trace;                               ///< rank 0
    bool overflown = false;
    bool sampled = false;  ///< at least once

    /// One column per population; one of zeros if there is none.
    std::size_t columns() const {
      return populations.empty() ? 1 : populations.size();
    }
  };

  explicit LfpRecorder(parallel::Ranks& ranks) : ranks_(ranks) {}
  absl::Status AddChannel(const Electrode& electrode, const LfpModel& model,
                          double dt_ms);
  void Sample(Channel* channel);
  void Flush(Channel* channel);

  parallel::Ranks& ranks_;
  std::vector<Channel> channels_;
};

}  // namespace miv::simulate
