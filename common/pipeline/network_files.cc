#include "common/pipeline/network_files.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/pipeline/network_kind.h"

namespace miv::pipeline {
namespace {

namespace fs = std::filesystem;
using config::FieldPath;
using nlohmann::json;

constexpr char kFile[] = "config_filepath";

std::string FieldOf(const StepSpec& step, absl::string_view name) {
  return FieldPath(FieldPath(FieldPath("steps", step.name), "config"), name);
}

absl::Status AboutFile(const LoadedPipeline& loaded, const StepSpec& step,
                       Fault fault) {
  fault.step = step.name;
  fault.field = FieldOf(step, kFile);
  return config::WithSource(InvalidInput(fault), loaded.sources);
}

// Where a model has the directories of a YAML: two levels above it.
struct ModelDirectory {
  const char* field;
  const char* name;
  std::string PipelineSpec::*header;
};

constexpr ModelDirectory kDirectories[] = {
    {"template_path", "templates", &PipelineSpec::templates_path},
    {"mechanisms_path", "mechanisms", &PipelineSpec::mechanisms_path},
    {"morphology_path", "morphology", &PipelineSpec::morphology_path}};

void TakeDirectories(const std::string& file, LoadedPipeline& loaded,
                     StepSpec& step) {
  const fs::path model =
      (fs::path(file).parent_path() / "..").lexically_normal();
  for (const ModelDirectory& directory : kDirectories) {
    const bool given = step.config.contains(directory.field) ||
                       step.config.contains(directory.name) ||
                       !(loaded.spec.*directory.header).empty();
    const std::string path =
        (model / directory.name).lexically_normal().string();
    std::error_code error;
    if (given || !fs::is_directory(JoinPath(loaded.directory, path), error))
      continue;
    step.config[directory.field] = path;
    if (const auto* position = loaded.sources.Find(FieldOf(step, kFile)))
      loaded.sources.Set(FieldOf(step, directory.field), *position);
  }
}

absl::Status LoadFile(LoadedPipeline& loaded, StepSpec& step) {
  const std::string file = step.config[kFile];
  if (step.config.contains("config") && !step.config["config"].is_null())
    return AboutFile(loaded, step,
                     {.reason = "DUPLICATE_FIELD",
                      .what = "the network is also given as config",
                      .remedy = "Keep one of the two."});
  auto document = config::LoadYamlFile(JoinPath(loaded.directory, file));
  if (absl::IsNotFound(document.status()) && !FaultOf(document.status()))
    return AboutFile(loaded, step,
                     {.reason = "FILE_NOT_FOUND",
                      .what = absl::StrCat("there is no ", file),
                      .expected = "a declarative MiV YAML",
                      .remedy = "Relative paths start at the directory of the "
                                "pipeline file."});
  MIV_RETURN_IF_ERROR(document.status());
  TakeDirectories(file, loaded, step);
  loaded.sources.Graft(FieldOf(step, "config"), document->sources);
  step.config["config"] = std::move(document->value);
  step.config.erase(kFile);
  for (std::string& name : document->files)
    if (std::find(loaded.files.begin(), loaded.files.end(), name) ==
        loaded.files.end())
      loaded.files.push_back(std::move(name));
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadNetworkFiles(LoadedPipeline& loaded) {
  for (StepSpec& step : loaded.spec.steps)
    if (IsNetworkKind(step.kind) && step.config.is_object() &&
        step.config.contains(kFile) && step.config[kFile].is_string())
      MIV_RETURN_IF_ERROR(LoadFile(loaded, step));
  return absl::OkStatus();
}

}  // namespace miv::pipeline
