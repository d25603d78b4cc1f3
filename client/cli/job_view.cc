#include "client/cli/job_view.h"

#include <algorithm>

#include "client/cli/names.h"
#include "common/rpc/status.h"

namespace miv::client {

absl::Time TimeOf(const v1::Event& event) {
  return absl::FromUnixSeconds(event.time().seconds()) +
         absl::Nanoseconds(event.time().nanos());
}

double StepView::Elapsed(absl::Time now) const {
  if (started == absl::InfinitePast()) return -1;
  const absl::Time until = ended == absl::InfinitePast() ? now : ended;
  return std::max(0.0, absl::ToDoubleSeconds(until - started));
}

JobView::JobView(const v1::Job& job)
    : id_(job.id()), name_(job.name()), state_(v1::JOB_STATE_QUEUED) {
  for (const auto& task : job.tasks())
    steps_.push_back({.name = task.step(), .state = v1::TASK_STATE_WAITING});
}

StepView& JobView::Step(const std::string& name) {
  for (StepView& step : steps_)
    if (step.name == name) return step;
  steps_.push_back({.name = name, .state = v1::TASK_STATE_WAITING});
  return steps_.back();
}

void JobView::Apply(const v1::Event& event) {
  const absl::Time time = TimeOf(event);
  if (begun_ == absl::InfinitePast()) begun_ = time;
  if (event.has_job_state()) state_ = event.job_state().to();
  if (event.has_end()) state_ = event.end().state();
  if (event.step().empty()) return;
  if (event.has_task_state()) ApplyTaskState(event, time);
  if (!event.has_progress()) return;
  StepView& step = Step(event.step());
  step.progress = event.progress();
  step.has_progress = true;
}

void JobView::ApplyTaskState(const v1::Event& event, absl::Time time) {
  StepView& step = Step(event.step());
  const auto& change = event.task_state();
  if (event.attempt() != step.attempt) step.started = absl::InfinitePast();
  step.ended = absl::InfinitePast();
  step.attempt = event.attempt();
  step.state = change.to();
  if (change.to() == v1::TASK_STATE_LAUNCHING) step.has_progress = false;
  if (step.active() && step.started == absl::InfinitePast())
    step.started = time;
  if (IsFinal(change.to())) step.ended = time;
  if (change.has_error())
    step.failure = std::string(
        MakeStatus(absl::StatusCode::kUnknown, FaultFromProto(change.error()))
            .message());
}

}  // namespace miv::client
