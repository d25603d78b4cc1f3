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
#include "worker/simulate/output/run_output.h"

namespace miv::simulate {

/// What the samples of an electrode are of.
struct LfpStream {
  Electrode electrode;
  std::vector<std::string> populations;  ///< those that contribute, sorted
  std::int64_t steps_per_sample = 1;
};

/// All electrodes.  The potential of each cell is a sum in a fixed order; sums
/// over cells are exact (ExactSum): the result does not depend on which rank
/// has which cell.  Samples travel to rank 0, and into its segment file, a
/// batch at a time.
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
  void OnStep(std::int64_t step, RunOutput& output);

  /// Collective: puts the samples of steps before this one down.
  void FlushBefore(std::int64_t step, RunOutput& output);

  /// One per electrode, on every rank; an electrode's number in the segment
  /// files is its index.
  const std::vector<LfpStream>& streams() const { return streams_; }

  /// Collective.  Errors: OutOfRange if a potential left the representable
  /// range.
  absl::Status CheckRange();

 private:
  struct Channel {
    std::vector<std::vector<LfpSource>> sources;  ///< [populations]
    std::vector<ExactSum> pending;                ///< [samples][columns]
    std::uint64_t first = 0;                      ///< sample of pending[0]
    bool overflown = false;

    /// One column per population; one of zeros if there is none.
    std::size_t columns() const { return sources.empty() ? 1 : sources.size(); }
    std::uint64_t samples() const { return pending.size() / columns(); }
  };

  explicit LfpRecorder(parallel::Ranks& ranks) : ranks_(ranks) {}
  absl::Status AddChannel(const Electrode& electrode, const LfpModel& model,
                          double dt_ms);
  void Sample(Channel* channel);
  segments::SampleBlock SumOverRanks(std::size_t index, std::uint64_t samples);

  parallel::Ranks& ranks_;
  std::vector<LfpStream> streams_;
  std::vector<Channel> channels_;  ///< parallel to streams_
};

}  // namespace miv::simulate
