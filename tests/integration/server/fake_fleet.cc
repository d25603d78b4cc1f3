#include "tests/integration/server/fake_fleet.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <deque>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "common/pipeline/kinds.h"

namespace miv::server {
namespace {

constexpr absl::Duration kPeriod = absl::Milliseconds(10);

// Rank 0 of one group.
class FakeGroup final : private FakeWork {
 public:
  FakeGroup(FakeFleet& fleet, const GroupSpec& spec)
      : fleet_(fleet), spec_(spec) {
    const std::string socket = spec.command[2];
    stub_ = v1::Workers::NewStub(grpc::CreateChannel(
        "unix:" + socket, grpc::InsecureChannelCredentials()));
    token_ = std::string(
        absl::StripAsciiWhitespace(ReadFile(spec.command[4]).value_or("")));
  }

  void Run() {
    while (Alive()) {
      const auto response = Call();
      switch (response.desired()) {
        case v1::SynchronizeResponse::DESIRED_RUN:
          Work(response.assignment());
          break;
        case v1::SynchronizeResponse::DESIRED_EXIT:
          fleet_.Exit(spec_.group.id, 0);
          return;
        default:
          break;
      }
    }
  }

 private:
  bool Alive() {
    const auto status = fleet_.Poll(spec_.group);
    return status.ok() && status->state == GroupStatus::State::kRunning;
  }

  // One call, repeated while the server is away; keeps unacknowledged events.
  v1::SynchronizeResponse Call() {
    while (Alive()) {
      v1::SynchronizeRequest request;
      request.set_token(token_);
      request.set_assignment_id(assignment_.id());
      for (const auto& event : unacknowledged_) *request.add_events() = event;
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() +
                           std::chrono::seconds(1));
      v1::SynchronizeResponse response;
      const grpc::Status status =
          stub_->Synchronize(&context, request, &response);
      if (status.ok()) {
        while (!unacknowledged_.empty() &&
               unacknowledged_.front().number() <= response.acknowledged()) {
          unacknowledged_.pop_front();
        }
        return response;
      }
      if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
        fleet_.Exit(spec_.group.id, 1);
      }
      absl::SleepFor(kPeriod);
    }
    return {};
  }

  v1::WorkerEvent& NewEvent() {
    v1::WorkerEvent& event = unacknowledged_.emplace_back();
    event.set_number(++last_number_);
    event.set_assignment_id(assignment_.id());
    return event;
  }

  void Work(const v1::Assignment& assignment) {
    assignment_ = assignment;
    outputs_.clear();
    cancelled_ = false;
    fleet_.NoteBegun(assignment.step());
    NewEvent().mutable_started();
    const auto outcome = fleet_.BodyFor(assignment.step())(*this);
    v1::Finished& finished = *NewEvent().mutable_finished();
    finished.set_outcome(outcome);
    for (const auto& name : outputs_) finished.add_outputs(name);
    finished.set_report_json(R"({"cells":[1]})");
    if (outcome == v1::Finished::OUTCOME_FAILED) {
      finished.mutable_error()->set_message("the test wanted it so");
    }
    while (Alive() && !unacknowledged_.empty()) Call();
    assignment_.Clear();
  }

  const v1::Assignment& assignment() const override { return assignment_; }

  bool Report(double done, double total) override {
    v1::Progress& progress = *NewEvent().mutable_progress();
    progress.set_phase("work");
    progress.set_done(done);
    progress.set_total(total);
    const auto response = Call();
    cancelled_ |= response.desired() == v1::SynchronizeResponse::DESIRED_CANCEL;
    absl::SleepFor(kPeriod);
    return Alive() && !cancelled_;
  }

  bool Killed() override { return !Alive(); }

  void Write(const std::string& name, const std::string& content) override {
    const std::string path = assignment_.output_directory() + "/" + name;
    EXPECT_TRUE(WriteFileAtomically(path, content).ok()) << path;
    outputs_.push_back(name);
  }

  FakeFleet& fleet_;
  const GroupSpec spec_;
  std::unique_ptr<v1::Workers::Stub> stub_;
  std::string token_;
  v1::Assignment assignment_;
  std::vector<std::string> outputs_;
  std::deque<v1::WorkerEvent> unacknowledged_;
  std::int64_t last_number_ = 0;
  bool cancelled_ = false;
};

}  // namespace

v1::Finished::Outcome WriteOutputs(FakeWork& work) {
  const v1::Assignment& assignment = work.assignment();
  std::string content =
      absl::StrCat(assignment.config_json(), assignment.seed());
  for (const auto& input : assignment.inputs()) {
    absl::StrAppend(&content, input.name(),
                    ReadFile(input.path()).value_or("directory"));
  }
  if (!work.Report(1, 1)) return v1::Finished::OUTCOME_CANCELLED;
  for (const auto& name : pipeline::KindNamed(assignment.kind()).outputs) {
    work.Write(name, name + DigestOf(content));
  }
  return v1::Finished::OUTCOME_SUCCEEDED;
}

FakeFleet::~FakeFleet() {
  for (const GroupSpec& spec : launched()) Exit(spec.group.id, 0);
  absl::MutexLock lock(&fleet_mutex_);
  for (std::thread& thread : threads_) thread.join();
}

absl::Status FakeFleet::Launch(const GroupSpec& spec) {
  const absl::Status status = FakeLauncher::Launch(spec);
  if (!status.ok()) return status;
  absl::MutexLock lock(&fleet_mutex_);
  threads_.emplace_back([this, spec] { FakeGroup(*this, spec).Run(); });
  return status;
}

void FakeFleet::SetBody(const std::string& step, WorkBody body) {
  absl::MutexLock lock(&fleet_mutex_);
  bodies_[step] = std::move(body);
}

WorkBody FakeFleet::BodyFor(const std::string& step) const {
  absl::MutexLock lock(&fleet_mutex_);
  const auto body = bodies_.find(step);
  return body == bodies_.end() ? WriteOutputs : body->second;
}

std::vector<std::string> FakeFleet::begun() const {
  absl::MutexLock lock(&fleet_mutex_);
  return begun_;
}

void FakeFleet::NoteBegun(const std::string& step) {
  absl::MutexLock lock(&fleet_mutex_);
  begun_.push_back(step);
}

}  // namespace miv::server
