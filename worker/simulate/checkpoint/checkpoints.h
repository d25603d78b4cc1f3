#pragma once

// Writing and reading checkpoints of the running model.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/parallel/ranks.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/checkpoint/checkpoint_file.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/neuron/state_keeper.h"

namespace miv::simulate {

/// Takes the model of all ranks out of NEURON and puts it back.
class Checkpoints {
 public:
  /// Collective; after Initialise.  Cells and network outlive this.
  /// Errors: InvalidArgument NOT_RESTORABLE, the same on all ranks.
  static absl::StatusOr<std::unique_ptr<Checkpoints>> Create(
      parallel::Ranks& ranks, const LoadedCells& cells,
      const neuron::Network& network);

  /// Collective, between two calls of Solve.
  /// header: t and step, of rank 0; what the model says is filled in.
  /// Errors, the same on all ranks: Unavailable (the file system);
  /// FailedPrecondition if the queue has events of user code, which a
  /// checkpoint cannot have.
  absl::Status Write(const std::string& path, CheckpointHeader header);

  /// Collective, instead of the first Solve from t = 0.
  /// Errors, the same on all ranks: DataLoss (nothing has changed yet);
  /// InvalidArgument CHECKPOINT_DIFFERS if the model is another.
  absl::Status Restore(const CheckpointFile& file, neuron::Restored what);

 private:
  explicit Checkpoints(parallel::Ranks& ranks) : ranks_(ranks) {}
  absl::StatusOr<std::vector<std::string>> ReadCells(
      const CheckpointFile& file) const;

  parallel::Ranks& ranks_;
  std::vector<std::uint32_t> gids_;  ///< parallel to the keeper's cells
  std::unique_ptr<neuron::StateKeeper> keeper_;
};

}  // namespace miv::simulate
