#pragma once

// Makes what a run left that was cancelled, failed or was lost into outputs.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/artifacts/artifact_store.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/workspace.h"
#include "server/launchers/preflight_runner.h"

namespace miv::server {

/// Thread safe; one task once at a time.
class Salvager {
 public:
  /// root: a directory for working folders, as PreflightGate's.
  Salvager(JobManager& jobs, Store& store, ArtifactStore& artifacts,
           const Workspace& workspace, PreflightRunner& runner,
           std::string root)
      : jobs_(jobs),
        store_(store),
        artifacts_(artifacts),
        workspace_(workspace),
        runner_(runner),
        root_(std::move(root)) {}

  /// From the segment files of the attempt that came furthest, in a sandboxed
  /// process.  The task ends without outputs if there is nothing, or it cannot
  /// be used: that is logged, and is nobody's error.
  /// Errors: of the store.
  absl::Status Salvage(const TaskId& task);

 private:
  absl::StatusOr<std::vector<std::string>> FoldersOf(const TaskId& task);
  absl::StatusOr<std::vector<Output>> Assemble(
      const TaskId& task, const std::vector<std::string>& folders);

  JobManager& jobs_;
  Store& store_;
  ArtifactStore& artifacts_;
  const Workspace& workspace_;
  PreflightRunner& runner_;
  const std::string root_;
};

}  // namespace miv::server
