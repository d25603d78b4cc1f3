#pragma once

// The build components, by the names of their kinds.  Inputs (by role), config
// fields and outputs are those of common/pipeline's kinds; every step is
// collective and its output does not depend on the number of ranks.

#include "worker/step/step.h"

namespace miv::worker {

/// config -> neuro.h5 with /H5Types.
absl::StatusOr<nlohmann::json> H5TypesStep(StepContext& ctx);

/// types -> coordinates.h5: soma positions (U, V, L and X, Y, Z) of every cell.
absl::StatusOr<nlohmann::json> NetworkArchitectureStep(StepContext& ctx);

/// coordinates -> distances.h5: distances along the layers from the origin.
absl::StatusOr<nlohmann::json> MeasureDistancesStep(StepContext& ctx);

/// types, morphology -> forest.h5: the morphology for every cell of a
/// population.
absl::StatusOr<nlohmann::json> GenerateSynapseForestStep(StepContext& ctx);

/// coordinates, distances, forest:P, synapses:P, connections:P of every
/// population -> cells.h5, connections.h5.
absl::StatusOr<nlohmann::json> Neuroh5GraphStep(StepContext& ctx);

/// coordinates, forest:P of the coupled populations -> gap_junctions.h5.
absl::StatusOr<nlohmann::json> GapJunctionsStep(StepContext& ctx);

/// types -> input_spikes.h5: spike trains of the inputs' cells.
absl::StatusOr<nlohmann::json> InputSpikesStep(StepContext& ctx);

/// file -> the same file under its own name, checked.
absl::StatusOr<nlohmann::json> ImportStep(StepContext& ctx);

/// program, input:NAME -> what the program writes, checked as what it stands
/// for.  Rank 0 runs it.
/// Errors (InvalidArgument): SCRIPT_FAILED with its last words, SCRIPT_TIMEOUT,
///   NO_INTERPRETER, OUTPUT_MISSING, OUTPUT_UNUSABLE, as CheckStandIn.
absl::StatusOr<nlohmann::json> ScriptStep(StepContext& ctx);

/// cells, connections -> verify.json, the checks of docs/verify.md.  Rank 0
/// reads the files, block by block; the others wait.
/// Errors: FailedPrecondition VERIFICATION_FAILED if a check fails.
absl::StatusOr<nlohmann::json> VerifyStep(StepContext& ctx);

}  // namespace miv::worker
