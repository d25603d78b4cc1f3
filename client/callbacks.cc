#include "client/callbacks.h"

#include <utility>

namespace miv::client {
namespace {

template <typename Callback, typename Payload>
void Call(const Callback& callback, const v1::Event& event,
          const Payload& payload) {
  if (callback) callback(event, payload);
}

}  // namespace

std::function<void(const v1::Event&)> Dispatch(EventCallbacks callbacks) {
  return [on = std::move(callbacks)](const v1::Event& event) {
    if (on.on_event) on.on_event(event);
    if (event.has_job_state()) Call(on.on_job, event, event.job_state());
    if (event.has_task_state()) Call(on.on_task, event, event.task_state());
    if (event.has_progress()) Call(on.on_progress, event, event.progress());
    if (event.has_log()) Call(on.on_log, event, event.log());
    if (event.has_artifact()) Call(on.on_artifact, event, event.artifact());
    if (event.has_warning()) Call(on.on_warning, event, event.warning());
    if (event.has_end()) Call(on.on_end, event, event.end());
  };
}

}  // namespace miv::client
