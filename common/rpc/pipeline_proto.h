#pragma once

// Pipelines on the wire: pipeline::PipelineSpec <-> miv.v1.Pipeline.  The files
// of a pipeline are the caller's.

#include "absl/status/statusor.h"
#include "common/pipeline/pipeline.h"
#include "miv/v1/pipeline.pb.h"

namespace miv {

v1::Pipeline PipelineToProto(const pipeline::PipelineSpec& spec);

/// Errors: InvalidArgument BAD_CONFIG_JSON if a step's config is not a JSON
/// object (an empty text is an empty object).
absl::StatusOr<pipeline::PipelineSpec> PipelineFromProto(
    const v1::Pipeline& proto);

}  // namespace miv
