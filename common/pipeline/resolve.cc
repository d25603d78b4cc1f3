#include "common/pipeline/resolve.h"

#include <algorithm>
#include <utility>

#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {
namespace {

absl::Status FinishStep(Draft& draft, std::size_t index) {
  for (const auto& stage :
       {InferPopulation, BindInputs, DeriveConfig, CheckStep})
    MIV_RETURN_IF_ERROR(stage(draft, index));
  for (const Field& field : draft.kinds[index]->config.fields)
    if (field.use == FieldUse::kResource)
      draft.step(index).config.erase(field.name);
  return absl::OkStatus();
}

void AddFiles(const ResolvedStep& step, std::vector<FileReference>& files) {
  for (const Input& input : step.inputs) {
    if (input.path.empty()) continue;
    const bool known = std::any_of(
        files.begin(), files.end(),
        [&input](const FileReference& f) { return f.path == input.path; });
    if (!known) files.push_back({input.path, input.field, input.directory});
  }
}

}  // namespace

absl::StatusOr<ResolvedPipeline> Resolve(const PipelineSpec& spec) {
  MIV_ASSIGN_OR_RETURN(Draft draft, StartDraft(spec));
  for (const std::size_t index : draft.graph.order())
    if (absl::Status status = FinishStep(draft, index); !status.ok())
      return WithContext(status, {.step = draft.step(index).name});
  return std::move(draft.out);
}

std::vector<FileReference> FilesOf(const ResolvedStep& step) {
  std::vector<FileReference> files;
  AddFiles(step, files);
  return files;
}

std::vector<FileReference> FilesOf(const ResolvedPipeline& pipeline) {
  std::vector<FileReference> files;
  for (const ResolvedStep& step : pipeline.steps) AddFiles(step, files);
  return files;
}

}  // namespace miv::pipeline
