#pragma once

// Plans of recent jobs, parsed once.

#include <list>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/jobs/plan.h"
#include "server/store/store.h"

namespace miv::server {

/// Thread safe; holds at most `capacity` plans, those used last.
class PlanCache {
 public:
  explicit PlanCache(std::size_t capacity = 64) : capacity_(capacity) {}

  /// The plan of a job, from memory or from the store.
  absl::StatusOr<std::shared_ptr<const JobPlan>> Get(ReadTransaction& store,
                                                     const JobId& job);
  void Put(const JobId& job, std::shared_ptr<const JobPlan> plan);

 private:
  using Entry = std::pair<JobId, std::shared_ptr<const JobPlan>>;

  const std::size_t capacity_;
  absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // used last first
  std::map<JobId, std::list<Entry>::iterator> index_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace miv::server
