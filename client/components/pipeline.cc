#include "client/components/pipeline.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/config/yaml.h"
#include "common/pipeline/network_files.h"

namespace miv::client {

void Pipeline::SetModel(const ModelDirectories& model) {
  spec_.templates_path = model.templates;
  spec_.mechanisms_path = model.mechanisms;
  spec_.morphology_path = model.morphology;
}

Step Pipeline::AddStep(std::string name, const char* kind, Json config,
                       StepOptions options) {
  pipeline::StepSpec step{.name = name,
                          .kind = kind,
                          .config = std::move(config),
                          .ranks = options.ranks,
                          .seed = options.seed};
  step.config.update(options.config);
  for (Step& used : options.uses) step.uses.push_back(std::move(used.name));
  spec_.steps.push_back(std::move(step));
  return Step{std::move(name)};
}

absl::StatusOr<pipeline::ResolvedPipeline> Pipeline::Resolve() const {
  return pipeline::Resolve(spec_);
}

absl::StatusOr<Submission> Pipeline::Prepare(
    const std::string& directory) const {
  pipeline::LoadedPipeline loaded{.spec = spec_, .directory = directory};
  MIV_RETURN_IF_ERROR(pipeline::LoadNetworkFiles(loaded));
  return MakeSubmission(std::move(loaded.spec), std::move(loaded.sources),
                        directory);
}

absl::StatusOr<Json> FromYaml(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(config::Document document, config::LoadYamlFile(path));
  return std::move(document.value);
}

}  // namespace miv::client
