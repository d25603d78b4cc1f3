#include "common/pipeline/resolve.h"

#include <algorithm>
#include <utility>

#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/pipeline/draft.h"
#include "common/pipeline/expand_import.h"
#include "common/pipeline/expand_network.h"
#include "common/pipeline/network_kind.h"

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

absl::StatusOr<ResolvedPipeline> ResolveExpanded(const PipelineSpec& spec) {
  MIV_ASSIGN_OR_RETURN(Draft draft, StartDraft(spec));
  for (const std::size_t index : draft.graph.order())
    if (absl::Status status = FinishStep(draft, index); !status.ok())
      return WithContext(status, {.step = draft.step(index).name});
  return std::move(draft.out);
}

// Fields of expanded steps become those that their author wrote; the steps of
// one network share fields, and need one warning only.
void NameFieldsAsWritten(const Expansion& expansion, ResolvedPipeline& out) {
  std::vector<Warning> warnings = expansion.warnings;
  for (Warning& warning : out.warnings) {
    std::string field = expansion.Written(warning.field);
    const bool shared = field != warning.field;
    warning.field = std::move(field);
    const bool known = std::any_of(
        warnings.begin(), warnings.end(), [&warning](const Warning& w) {
          return w.field == warning.field && w.text == warning.text;
        });
    if (!shared || !known) warnings.push_back(std::move(warning));
  }
  out.warnings = std::move(warnings);
  for (ResolvedStep& step : out.steps)
    for (Input& input : step.inputs)
      input.field = expansion.Written(input.field);
}

}  // namespace

absl::StatusOr<ResolvedPipeline> Resolve(const PipelineSpec& spec) {
  if (std::none_of(
          spec.steps.begin(), spec.steps.end(),
          [](const StepSpec& step) {
            return IsNetworkKind(step.kind) || IsImportKind(step.kind);
          }))
    return ResolveExpanded(spec);
  MIV_ASSIGN_OR_RETURN(Expansion expansion, ExpandNetworks(spec));
  MIV_RETURN_IF_ERROR(ExpandSwcImports(expansion));
  auto resolved = ResolveExpanded(expansion.spec);
  if (!resolved.ok()) return expansion.AsWritten(resolved.status());
  NameFieldsAsWritten(expansion, *resolved);
  return resolved;
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
