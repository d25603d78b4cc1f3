#pragma once

// Which results there are, and what makes two of them the same.

#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/artifacts/artifact_store.h"
#include "server/jobs/plan.h"
#include "server/store/store.h"

namespace miv::server {

/// Digests by role.
using Digests = std::map<std::string, std::string>;

/// Thread safe.
class ResultCache {
 public:
  explicit ResultCache(const ArtifactStore& artifacts)
      : artifacts_(artifacts) {}

  /// What of a step's inputs goes into its cache key.  For distribute_synapses
  /// the digests of templates and mechanisms are those of the files that the
  /// population's template can depend on: a result made with these alone is the
  /// one made with all.
  Digests KeyInputs(const JobPlan& plan, int index, const Digests& inputs);

  /// The step's cache key.
  std::string KeyOf(const JobPlan& plan, int index, const Digests& inputs);

  /// ResourceExhausted if there is hardly room for another result.
  absl::Status CheckSpace() const { return artifacts_.CheckSpace(0); }

  /// The entry of `key` if all of its outputs are still there.  One that lost
  /// an output counts as absent, so that the step runs again and replaces it.
  absl::StatusOr<std::optional<CacheEntry>> Find(ReadTransaction& store,
                                                 absl::string_view key) const;

 private:
  struct Narrowed {
    std::string templates;
    std::string mechanisms;
  };

  std::optional<Narrowed> Narrow(const std::string& template_name,
                                 const std::string& templates,
                                 const std::string& mechanisms);

  const ArtifactStore& artifacts_;
  absl::Mutex mutex_;
  /// By digest of the three names; reading a model again costs milliseconds.
  std::map<std::string, std::optional<Narrowed>> narrowed_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace miv::server
