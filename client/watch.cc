#include "client/watch.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/fault.h"

namespace miv::client {
namespace {

class Watcher {
 public:
  Watcher(Connection& connection, const std::string& job_id,
          const WatchOptions& options,
          const std::function<void(const v1::Event&)>& on_event)
      : connection_(connection),
        job_id_(job_id),
        options_(options),
        on_event_(on_event),
        last_(options.after_sequence) {}

  absl::StatusOr<v1::JobState> Run() {
    Backoff backoff = connection_.NewBackoff();
    while (true) {
      const std::int64_t before = last_;
      const absl::Status status = Follow();
      if (end_.has_value()) return *end_;
      if (options_.stop.stop_requested())
        return absl::CancelledError("stopped by the user");
      if (absl::IsDeadlineExceeded(status) || absl::Now() >= options_.deadline)
        return TooLate();
      if (last_ > before) {
        backoff = connection_.NewBackoff();
        holes_ = 0;
      }
      // A stream that ends well without End has ended, the job has not.
      if (!status.ok() && !absl::IsUnavailable(status)) return status;
      NoteConnection(status);
      if (!WaitForRetry(backoff, options_.stop) &&
          !options_.stop.stop_requested())
        return status.ok() ? NoEnd() : status;
    }
  }

 private:
  /// One stream: until End, until it breaks, or until a hole shows.
  absl::Status Follow() {
    grpc::ClientContext context;
    connection_.Prepare(context, options_.deadline - absl::Now());
    std::stop_callback cancel(options_.stop, [&] { context.TryCancel(); });
    v1::WatchJobRequest request;
    request.set_job_id(job_id_);
    request.set_after_sequence(last_);
    const auto stream = connection_.jobs().WatchJob(&context, request);
    v1::Event event;
    absl::Status taken;
    while (taken.ok() && !end_.has_value() && stream->Read(&event))
      taken = Take(event);
    if (end_.has_value() || !taken.ok()) context.TryCancel();
    const absl::Status ended = connection_.Explain(stream->Finish());
    return taken.ok() ? ended : taken;
  }

  absl::Status Take(const v1::Event& event) {
    if (event.sequence() <= last_) return absl::OkStatus();
    if (event.sequence() != last_ + 1) return Hole(event.sequence());
    last_ = event.sequence();
    if (lost_ && options_.on_connection)
      options_.on_connection(absl::OkStatus());
    lost_ = false;
    on_event_(event);
    if (event.has_end()) end_ = event.end().state();
    return absl::OkStatus();
  }

  /// Events that a slow watcher missed can be read again; a hole that shows
  /// twice in the same place is the log's own.
  absl::Status Hole(std::int64_t next) {
    if (++holes_ < 3) return absl::UnavailableError("events were left out");
    return MakeStatus(
        absl::StatusCode::kDataLoss,
        {.reason = "EVENTS_MISSING",
         .what = absl::StrCat("the event log of job ", job_id_, " lacks ",
                              last_ + 1, " to ", next - 1),
         .remedy = absl::StrCat("The job itself goes on: see miv job ", job_id_,
                                ".")});
  }

  void NoteConnection(const absl::Status& status) {
    if (lost_ || status.ok() || !options_.on_connection) return;
    lost_ = true;
    options_.on_connection(status);
  }

  absl::Status TooLate() const {
    return MakeStatus(
        absl::StatusCode::kDeadlineExceeded,
        {.reason = "WATCH_TIMED_OUT",
         .what = absl::StrCat("job ", job_id_, " has not ended in time"),
         .remedy = "The job goes on; watch it again, or cancel it."});
  }

  absl::Status NoEnd() const {
    return absl::UnavailableError(
        absl::StrCat("the server closes the event stream of job ", job_id_,
                     " although the job has not ended"));
  }

  Connection& connection_;
  const std::string& job_id_;
  const WatchOptions& options_;
  const std::function<void(const v1::Event&)>& on_event_;
  std::int64_t last_;
  std::optional<v1::JobState> end_;
  bool lost_ = false;
  int holes_ = 0;
};

}  // namespace

absl::StatusOr<v1::JobState> Watch(
    Connection& connection, const std::string& job_id,
    const WatchOptions& options,
    const std::function<void(const v1::Event&)>& on_event) {
  return Watcher(connection, job_id, options, on_event).Run();
}

}  // namespace miv::client
