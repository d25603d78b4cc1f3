#include "client/submission.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/expand_network.h"
#include "common/pipeline/kinds.h"
#include "common/rpc/pipeline_proto.h"

namespace miv::client {
namespace {

namespace fs = std::filesystem;

/// What to try instead of a path that is not there.
std::string PathRemedy(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, error), end;
       !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  const std::string nearest =
      NearestName(fs::path(path).filename().string(), names);
  if (!nearest.empty())
    return absl::StrCat("Did you mean \"", (folder / nearest).string(), "\"?");
  return "Relative paths start at the directory of the pipeline file.";
}

absl::Status CheckReference(const pipeline::FileReference& reference,
                            const std::string& path) {
  std::error_code error;
  const fs::file_status found = fs::status(path, error);
  const std::string wanted = reference.directory ? "a directory" : "a file";
  Fault fault{.field = reference.field, .expected = wanted, .found = path};
  if (!fs::exists(found)) {
    fault.reason = "FILE_NOT_FOUND";
    fault.what = absl::StrCat("there is no ", reference.path);
    fault.remedy = PathRemedy(path);
    return InvalidInput(fault);
  }
  if (fs::is_directory(found) == reference.directory) return absl::OkStatus();
  fault.reason = reference.directory ? "NOT_A_DIRECTORY" : "NOT_A_FILE";
  fault.what = absl::StrCat(reference.path, " is not ", wanted);
  return InvalidInput(fault);
}

absl::Status AddFile(const pipeline::FileReference& reference,
                     const std::string& directory, Submission* submission) {
  v1::UploadedFile* file = submission->wire.add_files();
  file->set_path(reference.path);
  file->set_directory(reference.directory);
  if (IsDigest(reference.path)) {
    file->set_digest(reference.path);
    return absl::OkStatus();
  }
  const std::string path = JoinPath(directory, reference.path);
  MIV_RETURN_IF_ERROR(CheckReference(reference, path));
  std::vector<Blob> blobs;
  if (reference.directory) {
    MIV_ASSIGN_OR_RETURN(blobs, BlobsOfDirectory(path, reference.path));
  } else {
    MIV_ASSIGN_OR_RETURN(blobs.emplace_back(),
                         BlobOfFile(path, reference.path));
  }
  file->set_digest(blobs.back().digest);
  file->set_size(blobs.back().size);
  for (Blob& blob : blobs) submission->blobs.push_back(std::move(blob));
  return absl::OkStatus();
}

absl::Status Fill(const std::string& directory, Submission* submission) {
  MIV_ASSIGN_OR_RETURN(submission->resolved,
                       pipeline::Resolve(submission->spec));
  submission->wire = PipelineToProto(submission->spec);
  for (const auto& reference : pipeline::FilesOf(submission->resolved))
    MIV_RETURN_IF_ERROR(AddFile(reference, directory, submission));
  return absl::OkStatus();
}

bool IsSimulation(const pipeline::StepSpec& step) {
  const auto kind = pipeline::FindKind(step.kind);
  return kind.ok() && (*kind)->name == "simulation";
}

/// The steps that are asked for by name or by choice.
absl::StatusOr<std::set<std::string>> WantedSteps(
    const std::vector<pipeline::StepSpec>& steps, const Overrides& overrides) {
  std::vector<std::string> known;
  std::set<std::string> wanted;
  for (const auto& step : steps) {
    known.push_back(step.name);
    const bool simulation = IsSimulation(step);
    if (overrides.choice == StepChoice::kAll ||
        simulation == (overrides.choice == StepChoice::kSimulations))
      wanted.insert(step.name);
  }
  if (overrides.steps.empty()) return wanted;
  for (const auto& name : overrides.steps)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return MakeStatus(absl::StatusCode::kNotFound,
                        {.reason = "UNKNOWN_STEP",
                         .field = "--step",
                         .what = absl::StrCat("no step ", name),
                         .remedy = SuggestName(name, known)});
  return std::set<std::string>(overrides.steps.begin(), overrides.steps.end());
}

/// Drops the steps that are neither wanted nor used by a wanted one.
absl::Status KeepWantedSteps(const Overrides& overrides,
                             pipeline::PipelineSpec* spec) {
  MIV_ASSIGN_OR_RETURN(std::set<std::string> wanted,
                       WantedSteps(spec->steps, overrides));
  // At most one new generation of steps per round.
  for (std::size_t round = 0; round < spec->steps.size(); ++round)
    for (const auto& step : spec->steps)
      if (wanted.contains(step.name))
        wanted.insert(step.uses.begin(), step.uses.end());
  std::erase_if(spec->steps,
                [&](const auto& step) { return !wanted.contains(step.name); });
  if (!spec->steps.empty()) return absl::OkStatus();
  return InvalidInput({.reason = "NO_STEPS",
                       .field = "steps",
                       .what = "the pipeline has no step of this sort"});
}

/// Expands the networks of a pipeline if a step of theirs is asked for by name.
/// Returns the warnings of the expansion.
absl::StatusOr<std::vector<pipeline::Warning>> ExpandIfNamed(
    const std::vector<std::string>& names, pipeline::LoadedPipeline* loaded) {
  const auto has = [](const pipeline::PipelineSpec& spec,
                      const std::string& name) {
    return std::any_of(spec.steps.begin(), spec.steps.end(),
                       [&](const auto& step) { return step.name == name; });
  };
  if (std::all_of(names.begin(), names.end(),
                  [&](const auto& name) { return has(loaded->spec, name); }))
    return std::vector<pipeline::Warning>();
  MIV_ASSIGN_OR_RETURN(pipeline::Expansion expansion,
                       pipeline::ExpandNetworks(loaded->spec));
  for (const auto& [expanded, written] : expansion.origins())
    if (const auto* position = loaded->sources.Find(written))
      loaded->sources.Set(expanded, config::SourcePosition(*position));
  loaded->spec = std::move(expansion.spec);
  return std::move(expansion.warnings);
}

}  // namespace

absl::StatusOr<Submission> MakeSubmission(pipeline::PipelineSpec spec,
                                          config::SourceMap sources,
                                          const std::string& directory) {
  Submission submission{.spec = std::move(spec), .sources = std::move(sources)};
  if (const auto status = Fill(directory, &submission); !status.ok())
    return config::WithSource(status, submission.sources);
  return submission;
}

absl::StatusOr<Submission> LoadSubmission(const std::string& path,
                                          const Overrides& overrides) {
  MIV_ASSIGN_OR_RETURN(pipeline::LoadedPipeline loaded,
                       pipeline::LoadPipelineFile(path, overrides.sets));
  if (overrides.seed.has_value()) loaded.spec.seed = *overrides.seed;
  if (overrides.ranks.has_value())
    for (auto& step : loaded.spec.steps) step.ranks = *overrides.ranks;
  const auto warnings = ExpandIfNamed(overrides.steps, &loaded);
  if (!warnings.ok())
    return config::WithSource(warnings.status(), loaded.sources);
  if (const auto status = KeepWantedSteps(overrides, &loaded.spec);
      !status.ok())
    return config::WithSource(status, loaded.sources);
  MIV_ASSIGN_OR_RETURN(
      Submission submission,
      MakeSubmission(std::move(loaded.spec), std::move(loaded.sources),
                     loaded.directory));
  auto& all = submission.resolved.warnings;
  all.insert(all.begin(), warnings->begin(), warnings->end());
  return submission;
}

}  // namespace miv::client
