#pragma once

// Submitting a pipeline, and what the user sees of it.

#include "absl/status/statusor.h"
#include "client/cli/pipeline_options.h"
#include "client/cli/program.h"

namespace miv::client {

struct RunOptions {
  PipelineOptions pipeline;
  bool wait = false;  ///< follow the job to its end; its outcome is the code
};

/// Submits; prints the job and what next, or, with wait, progress and a table.
absl::StatusOr<int> RunPipeline(Program& program, const RunOptions& options);

}  // namespace miv::client
