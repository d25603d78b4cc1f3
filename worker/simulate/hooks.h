#pragma once

// The user's own code at points of a simulation.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/simulate/cells/load_cells.h"
#include "worker/simulate/hook_config.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// The hooks of a step, each with a directory of its own that holds its file
/// and those that it declares, under their names; a hook runs in it.
class Hooks {
 public:
  /// Collective.  Loads the modules of Python hooks.
  /// Errors: the same on all ranks.
  static absl::StatusOr<Hooks> Create(worker::StepContext& ctx,
                                      neuron::Engine& engine,
                                      const std::vector<Hook>& hooks);
  Hooks(Hooks&&) = default;
  ~Hooks();

  /// Collective.  Runs the hooks of this point in order, each on every rank.
  /// What they print becomes log lines (rank 0) and warnings.
  /// Errors: InvalidArgument HOOK with the file and the user's own message, the
  /// same on all ranks.  A hook that fails on one rank while others wait for it
  /// in a collective call of its own hangs like any MPI program.
  absl::Status Run(worker::StepContext& ctx, neuron::Engine& engine,
                   const LoadedCells& cells, HookPoint point) const;

 private:
  struct Loaded {
    std::string label;      ///< what to call its file in messages
    std::string directory;  ///< where it runs
    std::string path;       ///< of the file, in directory
    std::string module;     ///< name of the Python module, empty for hoc
    HookPoint at = HookPoint::kBeforeRun;
  };

  Hooks() = default;
  static absl::StatusOr<Loaded> Load(worker::StepContext& ctx,
                                     neuron::Engine& engine, const Hook& hook);
  static absl::Status RunOne(neuron::Engine& engine, const LoadedCells& cells,
                             const Loaded& hook, HookPoint point);

  std::vector<Loaded> hooks_;
};

}  // namespace miv::simulate
