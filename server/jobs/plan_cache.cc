#include "server/jobs/plan_cache.h"

#include <utility>

#include "common/base/status_macros.h"

namespace miv::server {

absl::StatusOr<std::shared_ptr<const JobPlan>> PlanCache::Get(
    ReadTransaction& store, const JobId& job) {
  {
    absl::MutexLock lock(&mutex_);
    if (const auto known = index_.find(job); known != index_.end()) {
      entries_.splice(entries_.begin(), entries_, known->second);
      return known->second->second;
    }
  }
  MIV_ASSIGN_OR_RETURN(const std::string text, store.GetPlan(job));
  MIV_ASSIGN_OR_RETURN(JobPlan parsed, PlanFromText(text));
  auto plan = std::make_shared<const JobPlan>(std::move(parsed));
  Put(job, plan);
  return plan;
}

void PlanCache::Put(const JobId& job, std::shared_ptr<const JobPlan> plan) {
  absl::MutexLock lock(&mutex_);
  if (index_.contains(job)) return;
  entries_.emplace_front(job, std::move(plan));
  index_[job] = entries_.begin();
  if (entries_.size() <= capacity_) return;
  index_.erase(entries_.back().first);
  entries_.pop_back();
}

}  // namespace miv::server
