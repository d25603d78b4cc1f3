#pragma once

// Checks that need NEURON, HDF5 or a compiler, done by one sandboxed process
// of `miv-worker --preflight` before a job is accepted.

#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/launchers/group.h"
#include "server/launchers/sandbox.h"

namespace miv::server {

struct PreflightRequest {
  /// Absolute; created if absent, the caller's to remove.  The process runs in
  /// directory/work, the only place that it can write, and leaves there
  /// whatever files it makes (a compiled library).
  std::string directory;
  nlohmann::json spec;                 ///< content of SPEC.json
  std::vector<std::string> read_only;  ///< paths named in the spec
  bool user_code = false;              ///< see GroupSpec
  /// Asked ten times a second if given: whether nobody waits any longer.
  std::function<bool()> gone;
};

class PreflightRunner {
 public:
  virtual ~PreflightRunner() = default;

  /// Blocks until the process ends (at most the runner's wall limit) and
  /// returns what it wrote as RESULT.json.  Thread safe.
  /// Errors: DeadlineExceeded past the wall limit, ResourceExhausted past the
  ///   memory limit, Internal if it died without a result (with the end of its
  ///   stderr), FailedPrecondition if no sandbox can be had, Cancelled if
  ///   nobody waited any longer.
  virtual absl::StatusOr<nlohmann::json> Run(
      const PreflightRequest& request) = 0;
};

struct LocalPreflightOptions {
  std::string worker_path;    ///< miv-worker
  std::string shepherd_path;  ///< miv-shepherd
  SandboxPolicy sandbox = SandboxPolicy::kAuto;
  /// Others than the server's owner may submit; see GroupSpec::user_code.
  bool serves_others = true;
  GroupLimits limits = {.wall_s = 60,
                        .memory_bytes = std::int64_t{4} << 30,
                        .cpu_s = 120,
                        .file_bytes = std::int64_t{1} << 30,
                        .processes = 64};
};

/// Runs `miv-worker --preflight directory/inputs/spec.json --result
/// directory/work/result.json` under a shepherd that ends with this process.
class LocalPreflightRunner : public PreflightRunner {
 public:
  explicit LocalPreflightRunner(LocalPreflightOptions options);
  absl::StatusOr<nlohmann::json> Run(const PreflightRequest& request) override;

 private:
  const LocalPreflightOptions options_;
  const SandboxAbilities abilities_;
};

/// Answers what it was told to, in order; then `{}` for ever.
class FakePreflightRunner : public PreflightRunner {
 public:
  absl::StatusOr<nlohmann::json> Run(const PreflightRequest& request) override;
  void AnswerNext(absl::StatusOr<nlohmann::json> answer);
  std::vector<PreflightRequest> requests() const;

 private:
  mutable absl::Mutex mutex_;
  std::deque<absl::StatusOr<nlohmann::json>> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<PreflightRequest> requests_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace miv::server
