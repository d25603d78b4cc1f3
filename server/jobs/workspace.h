#pragma once

// The folders of worker groups: what an assignment reads and where it writes.
//
//   root/<group>/token                            mode 0600
//   root/<group>/inputs/<assignment>/<role>/<file>
//   root/<group>/inputs/model/{templates,mechanisms,library/libnrnmech.so}
//   root/<group>/work/<assignment>/               the output directory
//   root/<group>/work/<assignment>/.segments/     what it has computed so far
//   root/segments/<assignment>/                   the same, once it is over

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "miv/v1/workers.pb.h"
#include "server/artifacts/artifact_store.h"
#include "server/jobs/plan.h"
#include "server/launchers/group.h"
#include "server/model/records.h"

namespace miv::server {

/// What one assignment is made of.
struct AssignmentSource {
  AttemptId attempt;
  GroupId group;
  const JobPlan& plan;
  /// Digest of every input, by role.
  std::map<std::string, std::string> inputs;
  std::string library_digest;  ///< of compiled mechanisms; "" = none needed
};

/// Thread safe as long as no two calls are about one group's same folder.
class Workspace {
 public:
  Workspace(std::string root, const ArtifactStore& artifacts)
      : root_(std::move(root)), artifacts_(artifacts) {}

  GroupRef RefOf(const GroupId& group) const;
  std::string OutputDirectory(const GroupId& group,
                              const AttemptId& attempt) const;

  /// Makes a new group's folder and token, and returns the token.
  absl::StatusOr<std::string> CreateGroup(const GroupId& group) const;

  /// Puts every input in place, makes the output directory, and returns what
  /// the worker is told.  What is there already stays, so that it can be called
  /// again after a restart, while the group works.
  /// Errors: NotFound if an artifact is gone; ResourceExhausted.
  absl::StatusOr<v1::Assignment> Prepare(const AssignmentSource& source) const;

  /// Puts the segment files of an attempt that is over aside, where they stay
  /// for watchers of its job.  Nothing to do if there are none, or they are
  /// there already.
  absl::Status KeepSegments(const GroupId& group,
                            const AttemptId& attempt) const;
  /// Where they are then.
  std::string KeptSegments(const AttemptId& attempt) const;
  /// Attempts that have kept some.
  std::vector<AttemptId> AttemptsWithSegments() const;
  absl::Status RemoveSegments(const AttemptId& attempt) const;

  /// Removes the folders of one attempt.
  absl::Status RemoveAttempt(const GroupId& group,
                             const AttemptId& attempt) const;
  /// Removes what only a living group needs; what it printed stays.
  absl::Status RemoveGroupFiles(const GroupId& group) const;
  /// Removes from the folders of groups not in `keep` what only a living group
  /// needs, if they were last changed before `settled`; everything, if before
  /// `forgotten`.
  absl::Status Sweep(const std::set<std::string>& keep, absl::Time settled,
                     absl::Time forgotten) const;

 private:
  absl::Status Place(absl::string_view digest,
                     const std::string& destination) const;

  const std::string root_;
  const ArtifactStore& artifacts_;
};

}  // namespace miv::server
