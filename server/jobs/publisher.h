#pragma once

// Moves the outputs of successful attempts into the artifact store.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/artifacts/artifact_store.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/workspace.h"

namespace miv::server {

/// Thread safe; two attempts may be published at a time, one attempt once.
class Publisher {
 public:
  Publisher(JobManager& jobs, Store& store, ArtifactStore& artifacts,
            PlanCache& plans, const Workspace& workspace)
      : jobs_(jobs),
        store_(store),
        artifacts_(artifacts),
        plans_(plans),
        workspace_(workspace) {}

  /// Publishes a reported attempt, or fails it if its outputs cannot be used,
  /// or loses it if they are gone.  Goes on where a crash ended an earlier
  /// call. Errors: ResourceExhausted, Unavailable: nothing is decided, try
  /// again.
  absl::Status Publish(const AttemptId& attempt);

  /// Gives up on an attempt whose publishing kept failing with `status`.
  absl::Status GiveUp(const AttemptId& attempt, const absl::Status& status);

 private:
  struct Work {
    Attempt attempt;
    GroupClass group_class;
    std::vector<std::string> names;  ///< outputs, the kind's own first
  };
  absl::StatusOr<Work> Read(const AttemptId& attempt);
  absl::Status PublishAll(const Work& work);

  JobManager& jobs_;
  Store& store_;
  ArtifactStore& artifacts_;
  PlanCache& plans_;
  const Workspace& workspace_;
};

}  // namespace miv::server
