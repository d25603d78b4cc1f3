#include "worker/agent/server_link.h"

#include <google/protobuf/util/time_util.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "worker/agent/pace.h"

namespace miv::worker {
namespace {

using Clock = std::chrono::steady_clock;
using google::protobuf::util::TimeUtil;

constexpr std::size_t kTextLimit = 4096;

}  // namespace

ServerLink::ServerLink(std::unique_ptr<Stub> stub, std::string token,
                       LinkOptions options)
    : stub_(std::move(stub)),
      token_(std::move(token)),
      options_(options),
      last_contact_(Clock::now()) {
  thread_ = std::thread([this] { Loop(); });
}

ServerLink::~ServerLink() {
  {
    absl::MutexLock lock(&mutex_);
    Leave(absl::OkStatus());
    if (call_ != nullptr) call_->TryCancel();
  }
  thread_.join();
}

std::optional<v1::Assignment> ServerLink::WaitForWork() {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return leave_ || offered_.has_value();
  };
  mutex_.Await(absl::Condition(&ready));
  if (leave_) return std::nullopt;
  std::optional<v1::Assignment> work = std::exchange(offered_, std::nullopt);
  v1::WorkerEvent event;
  event.mutable_started();
  Post(std::move(event));
  urgent_ = true;
  return work;
}

void ServerLink::PostProgress(v1::Progress progress) {
  absl::MutexLock lock(&mutex_);
  progress_ = std::move(progress);
}

void ServerLink::PostLog(v1::LogLine::Level level, int rank,
                         absl::string_view text) {
  absl::MutexLock lock(&mutex_);
  if (++logged_ > options_.log_limit) return;
  v1::WorkerEvent event;
  v1::LogLine* line = event.mutable_log();
  line->set_level(level);
  line->set_rank(rank);
  line->set_text(std::string(text.substr(0, kTextLimit)));
  Post(std::move(event));
}

void ServerLink::PostWarning(absl::string_view text) {
  absl::MutexLock lock(&mutex_);
  v1::WorkerEvent event;
  event.mutable_warning()->set_text(std::string(text.substr(0, kTextLimit)));
  Post(std::move(event));
}

void ServerLink::PostProduced(v1::Produced produced) {
  absl::MutexLock lock(&mutex_);
  v1::WorkerEvent event;
  *event.mutable_produced() = std::move(produced);
  Post(std::move(event));
}

void ServerLink::Finish(v1::Finished finished) {
  absl::MutexLock lock(&mutex_);
  if (logged_ > options_.log_limit) {
    v1::WorkerEvent event;
    event.mutable_warning()->set_text(
        absl::StrCat(logged_ - options_.log_limit, " log lines left out"));
    Post(std::move(event));
  }
  v1::WorkerEvent event;
  *event.mutable_finished() = std::move(finished);
  Post(std::move(event));
  progress_.reset();
  urgent_ = true;
  const std::int64_t number = last_number_;
  const auto settled = [this, number]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return leave_ || unacknowledged_.empty() ||
           unacknowledged_.front().number() > number;
  };
  mutex_.Await(absl::Condition(&settled));
  assignment_id_.clear();
  logged_ = 0;
  cancelled_ = false;
  urgent_ = true;  // ask for the next one at once
}

absl::Status ServerLink::reason_to_leave() const {
  absl::MutexLock lock(&mutex_);
  return leave_reason_;
}

void ServerLink::Post(v1::WorkerEvent event) {
  event.set_number(++last_number_);
  event.set_assignment_id(assignment_id_);
  *event.mutable_time() = TimeUtil::GetCurrentTime();
  unacknowledged_.push_back(std::move(event));
}

v1::SynchronizeRequest ServerLink::NextRequest() {
  absl::MutexLock lock(&mutex_);
  if (progress_.has_value() && Busy()) {
    v1::WorkerEvent event;
    *event.mutable_progress() = *std::exchange(progress_, std::nullopt);
    // A step that waits reports the same numbers; the log needs them once.
    const std::string text = event.progress().SerializeAsString();
    if (text != last_progress_) Post(std::move(event));
    last_progress_ = text;
  }
  urgent_ = false;
  v1::SynchronizeRequest request;
  request.set_token(token_);
  request.set_assignment_id(assignment_id_);
  constexpr int kEventsPerCall = 500;
  for (const auto& event : unacknowledged_) {
    if (request.events_size() == kEventsPerCall) break;
    *request.add_events() = event;
  }
  return request;
}

void ServerLink::Take(const v1::SynchronizeResponse& response) {
  absl::MutexLock lock(&mutex_);
  last_contact_ = Clock::now();
  while (!unacknowledged_.empty() &&
         unacknowledged_.front().number() <= response.acknowledged())
    unacknowledged_.pop_front();
  switch (response.desired()) {
    case v1::SynchronizeResponse::DESIRED_RUN:
      // A repeated answer names the assignment that is running or done.
      if (Busy() || response.assignment().id() == last_assignment_id_) break;
      offered_ = response.assignment();
      assignment_id_ = last_assignment_id_ = offered_->id();
      cancelled_ = false;
      break;
    case v1::SynchronizeResponse::DESIRED_CANCEL:
      if (Busy()) cancelled_ = true;
      break;
    case v1::SynchronizeResponse::DESIRED_EXIT:
      cancelled_ = true;
      Leave(absl::OkStatus());
      break;
    default:
      break;
  }
}

void ServerLink::NoContact(const grpc::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (leave_) return;
  if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    Leave(absl::UnauthenticatedError(status.error_message()));
    return;
  }
  if (Clock::now() - last_contact_ < options_.contact_limit) return;
  Leave(absl::UnavailableError(absl::StrCat(
      "no contact with the coordinator for ",
      options_.contact_limit.count() / 1000, " s: ", status.error_message())));
}

void ServerLink::Leave(absl::Status reason) {
  if (leave_) return;
  leave_ = true;
  cancelled_ = true;
  leave_reason_ = std::move(reason);
}

void ServerLink::Loop() {
  Pace pace(options_.period);
  while (true) {
    pace.Begin(Clock::now());
    const v1::SynchronizeRequest request = NextRequest();
    grpc::ClientContext* call = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      if (leave_) return;
      call_ = std::make_unique<grpc::ClientContext>();
      call = call_.get();
    }
    call->set_deadline(std::chrono::system_clock::now() +
                       options_.call_deadline);
    v1::SynchronizeResponse response;
    const grpc::Status status = stub_->Synchronize(call, request, &response);
    if (status.ok()) {
      Take(response);
    } else {
      NoContact(status);
    }
    absl::MutexLock lock(&mutex_);
    call_.reset();
    // While busy: one call per period, sooner when something must be told.
    // Idle: the server holds the call, so ask again at once.
    const auto hurry = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return leave_ || urgent_;
    };
    if (!status.ok()) {
      mutex_.AwaitWithTimeout(absl::Condition(&hurry),
                              absl::FromChrono(options_.retry_pause));
    } else if (Busy()) {
      mutex_.AwaitWithTimeout(absl::Condition(&hurry),
                              absl::FromChrono(pace.Pause(Clock::now())));
    }
  }
}

}  // namespace miv::worker
