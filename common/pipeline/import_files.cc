#include "common/pipeline/import_files.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/pipeline/expand_import.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

namespace fs = std::filesystem;
using config::FieldPath;
using nlohmann::json;

constexpr char kMapName[] = "gids.yaml";

std::string FieldOf(const StepSpec& step, absl::string_view name) {
  return FieldPath(FieldPath(FieldPath("steps", step.name), "config"), name);
}

absl::Status AboutDirectory(const LoadedPipeline& loaded, const StepSpec& step,
                            Fault fault) {
  fault.step = step.name;
  fault.field = FieldOf(step, "file");
  return config::WithSource(InvalidInput(fault), loaded.sources);
}

// Names of the SWC files of a directory, sorted.
absl::StatusOr<std::vector<std::string>> SwcFiles(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error))
    if (absl::EndsWithIgnoreCase(it->path().extension().string(), ".swc"))
      names.push_back(it->path().filename().string());
  if (error)
    return absl::UnavailableError(
        absl::StrCat("cannot list ", path, ": ", error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

// The mapping that the names of the files make.
absl::StatusOr<json> MapOfNames(const LoadedPipeline& loaded,
                                const StepSpec& step, const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const auto names, SwcFiles(path));
  const std::string directory = step.config["file"];
  if (names.empty())
    return AboutDirectory(
        loaded, step,
        {.reason = "EMPTY_DIRECTORY",
         .what = absl::StrCat("there is no SWC file in ", directory),
         .expected = "files GID.swc, or gids.yaml with {GID: FILE}"});
  json gids = json::object();
  for (const std::string& name : names) {
    const std::string gid = fs::path(name).stem().string();
    if (!std::all_of(gid.begin(), gid.end(), absl::ascii_isdigit))
      return AboutDirectory(
          loaded, step,
          {.reason = "BAD_NAME",
           .what = absl::StrCat("the name of a file in ", directory,
                                " does not say whose tree it is"),
           .expected = "GID.swc",
           .found = Show(name),
           .remedy = "Rename it, or add gids.yaml, {GID: FILE}, or gids to "
                     "the config."});
    gids[gid] = name;
  }
  return gids;
}

absl::Status Load(LoadedPipeline& loaded, StepSpec& step,
                  const std::string& path) {
  const std::string field = FieldOf(step, "gids");
  std::error_code error;
  if (const std::string map = JoinPath(path, kMapName);
      fs::exists(map, error)) {
    MIV_ASSIGN_OR_RETURN(auto document, config::LoadYamlFile(map));
    loaded.sources.Graft(field, document.sources);
    step.config["gids"] = std::move(document.value);
    loaded.files.insert(loaded.files.end(), document.files.begin(),
                        document.files.end());
    return absl::OkStatus();
  }
  MIV_ASSIGN_OR_RETURN(step.config["gids"], MapOfNames(loaded, step, path));
  if (const auto* position = loaded.sources.Find(FieldOf(step, "file")))
    loaded.sources.Set(field, config::SourcePosition(*position));
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadImportDirectories(LoadedPipeline& loaded) {
  for (StepSpec& step : loaded.spec.steps) {
    if (!IsImportKind(step.kind) || !step.config.is_object()) continue;
    const json file = step.config.value("file", json());
    const json gids = step.config.value("gids", json());
    if (!file.is_string() || !gids.is_null()) continue;
    const std::string path =
        JoinPath(loaded.directory, file.get<std::string>());
    std::error_code error;
    if (fs::is_directory(path, error))
      MIV_RETURN_IF_ERROR(Load(loaded, step, path));
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
