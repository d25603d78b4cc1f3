#pragma once

// A pipeline that is ready to be sent: checked, with the digests of its files.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/content.h"
#include "common/config/yaml.h"
#include "common/pipeline/pipeline.h"
#include "common/pipeline/resolve.h"
#include "miv/v1/pipeline.pb.h"

namespace miv::client {

/// Which steps of a pipeline are wanted.
enum class StepChoice {
  kAll,
  kWithoutSimulations,
  kSimulations,  ///< and what they use
};

/// What a user changes without editing the file.
struct Overrides {
  std::vector<std::string> sets;     ///< as pipeline::ApplyOverride takes them
  std::optional<int> ranks;          ///< of every step
  std::optional<std::int64_t> seed;  ///< of the pipeline
  StepChoice choice = StepChoice::kAll;
  std::vector<std::string> steps;  ///< if not empty: these and what they use
};

struct Submission {
  pipeline::PipelineSpec spec;
  config::SourceMap sources;  ///< where its fields were written
  pipeline::ResolvedPipeline resolved;
  v1::Pipeline wire;        ///< what SubmitJob takes, files included
  std::vector<Blob> blobs;  ///< what must be with the server before
};

/// Resolves the pipeline here, so that mistakes are found before anything is
/// sent, and digests the files that it names.
/// directory: what relative paths are relative to.  A path that is a digest
/// ("sha256:...") names an artifact that the server holds already.
/// Errors: as pipeline::Resolve; InvalidArgument FILE_NOT_FOUND,
/// NOT_A_DIRECTORY or NOT_A_FILE.  All name FILE:LINE if `sources` knows it.
absl::StatusOr<Submission> MakeSubmission(pipeline::PipelineSpec spec,
                                          config::SourceMap sources,
                                          const std::string& directory);

/// The same from a pipeline file.
/// Errors: also those of pipeline::LoadPipelineFile and ApplyOverride;
/// NotFound for a step that does not exist; InvalidArgument NO_STEPS if none is
/// left.
absl::StatusOr<Submission> LoadSubmission(const std::string& path,
                                          const Overrides& overrides);

}  // namespace miv::client
