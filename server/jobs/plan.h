#pragma once

// What a job is to do: its resolved pipeline and the files that came with it.
// Stored once, with the job.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/resolve.h"
#include "server/model/records.h"

namespace miv::server {

/// A file or directory that the client uploaded.
struct UploadedFile {
  std::string path;    ///< as written in the pipeline
  std::string digest;  ///< of the artifact; a directory's: of its manifest
  std::int64_t size = 0;
  bool directory = false;

  bool operator==(const UploadedFile&) const = default;
};

struct JobPlan {
  pipeline::ResolvedPipeline pipeline;
  std::map<std::string, UploadedFile> files;  ///< by path

  const pipeline::ResolvedStep& step(int index) const {
    return pipeline.steps[index];
  }
  int IndexOf(absl::string_view step) const;  ///< -1 if there is none
};

std::string PlanToText(const JobPlan& plan);
/// Errors: DataLoss if the text was not made by PlanToText.
absl::StatusOr<JobPlan> PlanFromText(absl::string_view text);

/// Digest of the bytes of each input of a step, by role; nullopt while a step
/// that it needs has no outputs.
/// tasks: of the job, in the order of the pipeline.
/// Errors: Internal if a step that ended well lacks the output.
absl::StatusOr<std::optional<std::map<std::string, std::string>>> InputDigests(
    const JobPlan& plan, int index, const std::vector<Task>& tasks);

/// Whether every step that this one depends on has ended well.
bool IsReady(const JobPlan& plan, int index, const std::vector<Task>& tasks);

/// Which groups may run a step of this kind.
GroupClass ClassOf(const pipeline::ResolvedStep& step);
/// Whether the step wants a fresh group that leaves after it.
bool IsSingleUse(const pipeline::ResolvedStep& step);
/// What a model group for the step is bound to: a digest over its templates,
/// mechanisms or program; empty for core.
std::string ModelKey(const JobPlan& plan, int index);

/// Digest of the file that is the step's input of this role; empty if the step
/// has none or it comes from another step.
std::string FileDigestOf(const JobPlan& plan,
                         const pipeline::ResolvedStep& step,
                         absl::string_view role);

}  // namespace miv::server
