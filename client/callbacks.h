#pragma once

// One function per sort of event, for Client::WatchJob.

#include <functional>

#include "miv/v1/events.pb.h"

namespace miv::client {

/// Each is called, if it is set, with the event (its step, attempt, time and
/// sequence) and what the event says.
struct EventCallbacks {
  std::function<void(const v1::Event&, const v1::JobStateChange&)> on_job;
  std::function<void(const v1::Event&, const v1::TaskStateChange&)> on_task;
  std::function<void(const v1::Event&, const v1::Progress&)> on_progress;
  std::function<void(const v1::Event&, const v1::LogLine&)> on_log;
  std::function<void(const v1::Event&, const v1::ArtifactReady&)> on_artifact;
  std::function<void(const v1::Event&, const v1::Warning&)> on_warning;
  std::function<void(const v1::Event&, const v1::End&)> on_end;
  /// Every event, before the function of its sort.
  std::function<void(const v1::Event&)> on_event;
};

/// The function that calls them.
std::function<void(const v1::Event&)> Dispatch(EventCallbacks callbacks);

}  // namespace miv::client
