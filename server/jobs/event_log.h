#pragma once

// The log of each job, as its watchers read it.  The store holds the log; this
// class only wakes those who wait for more, so a slow watcher costs nothing.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "miv/v1/events.pb.h"
#include "server/jobs/stored_samples.h"
#include "server/store/store.h"

namespace miv::server {

/// Thread safe.
class EventLog {
 public:
  /// Someone who waits for one job's log to grow.  Made before the first read,
  /// so that nothing falls between reading and waiting.
  class Subscription {
   public:
    ~Subscription();
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

    /// Blocks until the log has an entry after `after`; false if `timeout`
    /// passed or the log was closed before.
    bool WaitPast(std::int64_t after, absl::Duration timeout);

   private:
    friend class EventLog;
    Subscription(EventLog& log, const JobId& job) : log_(log), job_(job) {}
    EventLog& log_;
    const JobId job_;
    std::int64_t last_ = 0;  // guarded by log_.mutex_
  };

  /// samples: where the payload of results lies that are shown while they are
  /// computed; null = there are none.
  explicit EventLog(Store& store, const StoredSampleReader* samples = nullptr)
      : store_(store), samples_(samples) {}

  /// Events after `after`, oldest first, at most `limit`, and fewer if they
  /// would be larger than about 2 MiB together; at least one if there is one.
  /// Errors: NotFound if there is no such job; OutOfRange if `after` is
  ///   negative or past the end of the log.
  absl::StatusOr<std::vector<v1::Event>> Read(const JobId& job,
                                              std::int64_t after, int limit);
  /// Sequence of the last event; 0 for none.
  absl::StatusOr<std::int64_t> LastSequence(const JobId& job);

  std::unique_ptr<Subscription> Subscribe(const JobId& job);

  /// Tells watchers what has become durable: last sequence by job.
  void Grew(const std::map<JobId, std::int64_t>& last);

  /// Ends every wait, now and later: the server stops.
  void Close();
  bool closed() const;

 private:
  std::vector<v1::Event> WithSamples(std::vector<v1::Event> events) const;

  Store& store_;
  const StoredSampleReader* const samples_;
  mutable absl::Mutex mutex_;
  absl::CondVar grown_;
  std::multimap<JobId, Subscription*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace miv::server
