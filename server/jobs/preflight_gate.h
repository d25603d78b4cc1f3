#pragma once

// Checks of a submission that need NEURON, HDF5 or a compiler: each different
// set of inputs once, in a sandbox.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/artifacts/artifact_store.h"
#include "server/jobs/model_checks.h"
#include "server/launchers/preflight_runner.h"
#include "server/model/clock.h"
#include "server/store/store.h"

namespace miv::server {

/// What checks of a model found out.
struct ModelFindings {
  std::vector<pipeline::Warning> warnings;  ///< what the user should know
  CellShapes shapes;                        ///< of populations
};

/// Thread safe.
class PreflightGate {
 public:
  /// Whether whoever asked has left; empty = never.
  using Gone = std::function<bool()>;

  /// root: folder for the checks' own folders.  worker: names the worker and
  /// compiler that check; verdicts of another one do not count.
  PreflightGate(Store& store, ArtifactStore& artifacts, PreflightRunner& runner,
                const Clock& clock, std::string root, std::string worker)
      : store_(store),
        artifacts_(artifacts),
        runner_(runner),
        clock_(clock),
        root_(std::move(root)),
        worker_(std::move(worker)) {}

  /// Checks every morphology, mechanism and template that the plan uses, then
  /// densities and projections against the trees.  Blocks; known verdicts
  /// answer at once.
  /// Errors: InvalidArgument with the check's own fault; those of
  ///   pipeline::CheckTrees and of the runner, which is stopped when `gone`
  ///   is true.
  absl::StatusOr<ModelFindings> Check(const JobPlan& plan,
                                      const Gone& gone = {});

  /// Digest of the library compiled from a mechanisms directory, which is in
  /// the artifact store; compiles it if it is not there.
  absl::StatusOr<std::string> LibraryFor(const std::string& mechanisms_digest);

 private:
  absl::StatusOr<FactsById> CheckModel(const ModelCheck& check,
                                       const Gone& gone);
  absl::StatusOr<std::string> KnownLibrary(const std::string& mechanisms);
  absl::StatusOr<FactsById> Run(const ModelCheck& check,
                                const std::string& library, const Gone& gone);
  void Enter(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status TakeLibrary(const ModelCheck& check, const std::string& folder);
  absl::Status Remember(const PreflightEntry& entry);
  absl::StatusOr<std::optional<PreflightEntry>> Find(const std::string& key);
  std::string LibraryKey(const std::string& mechanisms) const;

  Store& store_;
  ArtifactStore& artifacts_;
  PreflightRunner& runner_;
  const Clock& clock_;
  const std::string root_;
  const std::string worker_;

  absl::Mutex mutex_;
  std::set<std::string> running_ ABSL_GUARDED_BY(mutex_);  ///< verdict keys
};

}  // namespace miv::server
