#include "common/pipeline/pipeline.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/pipeline/import_files.h"
#include "common/pipeline/network_files.h"
#include "common/pipeline/pipeline_schema.h"
#include "common/pipeline/written_order.h"

namespace miv::pipeline {

using config::FieldPath;
using nlohmann::json;

namespace {

// Whether an override changes what the file of a network says, so that it must
// be read before.
bool IsInsideNetwork(absl::string_view override_text) {
  return absl::StrContains(override_text.substr(0, override_text.find('=')),
                           ".config.config.");
}

}  // namespace

absl::StatusOr<PipelineSpec> PipelineFromDocument(
    const config::Document& document, const std::string& default_name) {
  json header = document.value;
  if (header.is_object() && !header.contains("name"))
    header["name"] = default_name;
  auto spec = HeaderFromJson(header);
  if (!spec.ok()) return config::WithSource(spec.status(), document.sources);
  for (const std::string& name : document.sources.KeysOf("steps")) {
    auto step = StepFromJson(name, FieldPath("steps", name),
                             std::move(header["steps"][name]));
    if (!step.ok()) return config::WithSource(step.status(), document.sources);
    spec->steps.push_back(*std::move(step));
  }
  return spec;
}

absl::StatusOr<LoadedPipeline> LoadPipelineFile(
    const std::string& path, const std::vector<std::string>& overrides) {
  MIV_ASSIGN_OR_RETURN(config::Document document, config::LoadYamlFile(path));
  const std::filesystem::path file(path);
  LoadedPipeline loaded;
  MIV_ASSIGN_OR_RETURN(loaded.spec,
                       PipelineFromDocument(document, file.stem().string()));
  loaded.sources = std::move(document.sources);
  loaded.directory = file.parent_path().string();
  loaded.files = std::move(document.files);
  for (const bool inside : {false, true}) {
    if (inside) MIV_RETURN_IF_ERROR(LoadNetworkFiles(loaded));
    for (const std::string& text : overrides)
      if (IsInsideNetwork(text) == inside)
        MIV_RETURN_IF_ERROR(ApplyOverride(loaded.spec, text, &loaded.sources));
  }
  MIV_RETURN_IF_ERROR(LoadImportDirectories(loaded));
  RecordWrittenOrder(loaded.sources, loaded.spec);
  return loaded;
}

json ToJson(const PipelineSpec& spec) {
  json value = HeaderToJson(spec);
  value["steps"] = json::array();
  for (const StepSpec& step : spec.steps) {
    value["steps"].push_back(StepToJson(step));
    value["steps"].back()["name"] = step.name;
  }
  return value;
}

absl::StatusOr<PipelineSpec> PipelineFromJson(const json& value) {
  json header = value;
  const json steps =
      header.is_object() ? header.value("steps", json()) : json();
  if (!steps.is_array())
    return InvalidInput({.reason = "WRONG_TYPE",
                         .field = "steps",
                         .what = "the steps are a list",
                         .found = steps.type_name()});
  header["steps"] = json::object();
  MIV_ASSIGN_OR_RETURN(PipelineSpec spec, HeaderFromJson(header));
  for (json step : steps) {
    const std::string path = FieldPath("steps", spec.steps.size());
    if (!step.is_object() || !step.contains("name") ||
        !step["name"].is_string())
      return InvalidInput({.reason = "MISSING_FIELD",
                           .field = FieldPath(path, "name"),
                           .what = "the field is required",
                           .expected = "a string"});
    const std::string name = step["name"];
    step.erase("name");
    MIV_ASSIGN_OR_RETURN(
        auto parsed,
        StepFromJson(name, FieldPath("steps", name), std::move(step)));
    spec.steps.push_back(std::move(parsed));
  }
  return spec;
}

}  // namespace miv::pipeline
