#pragma once

// What a run starts from: t = 0, an earlier attempt's checkpoint, or that of
// another run.

#include <memory>

#include "absl/status/statusor.h"
#include "worker/simulate/checkpoint/checkpoints.h"
#include "worker/simulate/model.h"
#include "worker/simulate/run_loop.h"
#include "worker/simulate/simulation_config.h"
#include "worker/step/step.h"

namespace miv::simulate {

struct RunStart {
  std::unique_ptr<Checkpoints> checkpoints;  ///< null: none are needed
  CheckpointRule rule;
};

/// Collective; after Initialise and before the instruments are made.  Inputs:
/// "resume", the checkpoint of an attempt of this very run that came to
/// nothing, which is put back bit by bit; one that is damaged or of another run
/// is reported and left alone.  "start_from", a checkpoint of another run,
/// whose state goes on with the parameters of this one.
/// Errors: the same on all ranks; InvalidArgument if "start_from" does not fit.
absl::StatusOr<RunStart> PrepareStart(worker::StepContext& ctx,
                                      const SimulationConfig& config,
                                      const Model& model);

}  // namespace miv::simulate
