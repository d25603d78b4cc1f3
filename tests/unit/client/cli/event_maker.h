#pragma once

// Events for tests, by name.

#include <string>

#include "miv/v1/events.pb.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

/// Gives events dense sequences and times in seconds since the epoch.
class EventMaker {
 public:
  v1::Event Task(double at_s, const std::string& step, v1::TaskState to,
                 int attempt = 1, const std::string& reason = "") {
    v1::Event event = Next(at_s, step, attempt);
    event.mutable_task_state()->set_to(to);
    event.mutable_task_state()->set_reason(reason);
    return event;
  }
  v1::Event Job(double at_s, v1::JobState to) {
    v1::Event event = Next(at_s, "", 0);
    event.mutable_job_state()->set_to(to);
    return event;
  }
  v1::Event Progress(double at_s, const std::string& step,
                     const std::string& phase, double done, double total,
                     const std::string& unit, double rate = 0,
                     double eta_s = -1) {
    v1::Event event = Next(at_s, step, 1);
    auto* progress = event.mutable_progress();
    progress->set_phase(phase);
    progress->set_done(done);
    progress->set_total(total);
    progress->set_unit(unit);
    progress->set_rate(rate);
    progress->set_eta_s(eta_s);
    return event;
  }
  v1::Event Log(double at_s, const std::string& step, v1::LogLine::Level level,
                const std::string& text) {
    v1::Event event = Next(at_s, step, 1);
    event.mutable_log()->set_level(level);
    event.mutable_log()->set_text(text);
    return event;
  }
  v1::Event Warning(double at_s, const std::string& step,
                    const std::string& text) {
    v1::Event event = Next(at_s, step, 1);
    event.mutable_warning()->set_text(text);
    return event;
  }
  v1::Event End(double at_s, v1::JobState state) {
    v1::Event event = Next(at_s, "", 0);
    event.mutable_end()->set_state(state);
    return event;
  }

 private:
  v1::Event Next(double at_s, const std::string& step, int attempt) {
    v1::Event event;
    event.set_sequence(++sequence_);
    event.mutable_time()->set_seconds(static_cast<std::int64_t>(at_s));
    event.mutable_time()->set_nanos(static_cast<int>(
        (at_s - static_cast<double>(static_cast<std::int64_t>(at_s))) * 1e9));
    event.set_step(step);
    event.set_attempt(attempt);
    return event;
  }
  std::int64_t sequence_ = 0;
};

inline v1::Job JobWithSteps(const std::vector<std::string>& steps) {
  v1::Job job;
  job.set_id("j7");
  job.set_name("circuit");
  for (const auto& step : steps) job.add_tasks()->set_step(step);
  return job;
}

}  // namespace miv::client
