#include "server/jobs/event_log.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

// Of results in one page, beside what the last event adds.
constexpr std::size_t kPageBytes = 1 << 20;

absl::StatusOr<v1::Event> ToEvent(const LogEntry& entry) {
  v1::Event event;
  if (!event.ParseFromString(entry.payload)) {
    return absl::DataLossError(
        absl::StrCat("unreadable event ", entry.sequence));
  }
  event.set_sequence(entry.sequence);
  const std::int64_t us = absl::ToUnixMicros(entry.time);
  event.mutable_time()->set_seconds(us / 1'000'000);
  event.mutable_time()->set_nanos(static_cast<int>(us % 1'000'000) * 1000);
  event.set_step(entry.step);
  event.set_attempt(entry.attempt);
  return event;
}

absl::Status PastTheEnd(std::int64_t after, std::int64_t last) {
  Fault fault;
  fault.reason = "SEQUENCE_OUT_OF_RANGE";
  fault.field = "after_sequence";
  fault.what = "the job's log has no such event";
  fault.expected = absl::StrCat("0 to ", last);
  fault.found = absl::StrCat(after);
  fault.remedy = "Give the sequence of the last event that you have seen.";
  return MakeStatus(absl::StatusCode::kOutOfRange, fault);
}

}  // namespace

absl::StatusOr<std::vector<v1::Event>> EventLog::Read(const JobId& job,
                                                      std::int64_t after,
                                                      int limit) {
  std::vector<v1::Event> events;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_RETURN_IF_ERROR(t.GetJob(job).status());
    MIV_ASSIGN_OR_RETURN(const auto entries, t.ReadLog(job, after, limit));
    if (entries.empty() || after < 0) {
      MIV_ASSIGN_OR_RETURN(const LogRange range, t.RangeOfLog(job));
      if (after < 0 || after > range.last) return PastTheEnd(after, range.last);
    }
    for (const LogEntry& entry : entries) {
      MIV_ASSIGN_OR_RETURN(v1::Event event, ToEvent(entry));
      events.push_back(std::move(event));
    }
    return absl::OkStatus();
  }));
  return WithSamples(std::move(events));
}

// Payloads are read for as many events as may travel together.
std::vector<v1::Event> EventLog::WithSamples(
    std::vector<v1::Event> events) const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i].has_stored()) continue;
    if (samples_ != nullptr) samples_->Attach(events[i]);
    bytes += events[i].ByteSizeLong();
    if (bytes < kPageBytes) continue;
    events.resize(i + 1);
  }
  return events;
}

absl::StatusOr<std::int64_t> EventLog::LastSequence(const JobId& job) {
  LogRange range;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(range, t.RangeOfLog(job));
    return absl::OkStatus();
  }));
  return range.last;
}

std::unique_ptr<EventLog::Subscription> EventLog::Subscribe(const JobId& job) {
  std::unique_ptr<Subscription> subscription(new Subscription(*this, job));
  absl::MutexLock lock(&mutex_);
  waiting_.emplace(job, subscription.get());
  return subscription;
}

EventLog::Subscription::~Subscription() {
  absl::MutexLock lock(&log_.mutex_);
  auto [it, end] = log_.waiting_.equal_range(job_);
  while (it != end && it->second != this) ++it;
  log_.waiting_.erase(it);
}

bool EventLog::Subscription::WaitPast(std::int64_t after,
                                      absl::Duration timeout) {
  absl::MutexLock lock(&log_.mutex_);
  const absl::Time deadline = absl::Now() + timeout;
  while (last_ <= after && !log_.closed_) {
    if (log_.grown_.WaitWithDeadline(&log_.mutex_, deadline)) break;
  }
  return last_ > after && !log_.closed_;
}

void EventLog::Grew(const std::map<JobId, std::int64_t>& last) {
  bool anyone = false;
  absl::MutexLock lock(&mutex_);
  for (const auto& [job, sequence] : last) {
    const auto [begin, end] = waiting_.equal_range(job);
    for (auto it = begin; it != end; ++it) {
      it->second->last_ = std::max(it->second->last_, sequence);
      anyone = true;
    }
  }
  if (anyone) grown_.SignalAll();
}

bool EventLog::closed() const {
  absl::MutexLock lock(&mutex_);
  return closed_;
}

void EventLog::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  grown_.SignalAll();
}

}  // namespace miv::server
