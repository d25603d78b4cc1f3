#pragma once

// What is known of a job while its events come in.

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "miv/v1/events.pb.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

struct StepView {
  std::string name;
  v1::TaskState state = v1::TASK_STATE_UNSPECIFIED;
  int attempt = 0;
  v1::Progress progress;  ///< the latest of the running attempt
  bool has_progress = false;
  absl::Time started = absl::InfinitePast();  ///< of the latest attempt
  absl::Time ended = absl::InfinitePast();
  std::string failure;  ///< message of a failed step

  /// Seconds that the latest attempt has run; negative before it starts.
  double Elapsed(absl::Time now) const;
  bool active() const {
    return state == v1::TASK_STATE_LAUNCHING || state == v1::TASK_STATE_RUNNING;
  }
};

/// Not thread safe.
class JobView {
 public:
  /// Steps in the order of the job; nothing else is taken from it, since the
  /// events tell it again.
  explicit JobView(const v1::Job& job);

  void Apply(const v1::Event& event);

  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  v1::JobState state() const { return state_; }
  const std::vector<StepView>& steps() const { return steps_; }
  /// Time of the first event; InfinitePast before it.
  absl::Time begun() const { return begun_; }

 private:
  StepView& Step(const std::string& name);
  void ApplyTaskState(const v1::Event& event, absl::Time time);

  std::string id_;
  std::string name_;
  v1::JobState state_;
  std::vector<StepView> steps_;
  absl::Time begun_ = absl::InfinitePast();
};

/// Time of an event.
absl::Time TimeOf(const v1::Event& event);

}  // namespace miv::client
