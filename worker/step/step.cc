#include "worker/step/step.h"

#include "absl/strings/str_cat.h"

namespace miv::worker {

absl::StatusOr<StepInput> InputOf(const StepContext& ctx,
                                  absl::string_view role) {
  const auto found = ctx.inputs.find(std::string(role));
  if (found != ctx.inputs.end()) return found->second;
  return absl::InternalError(
      absl::StrCat("the assignment brought no input \"", role, "\""));
}

bool StopRequested(StepContext& ctx) {
  const bool asked = ctx.ranks.is_root() && ctx.observer.Cancelled();
  return ctx.ranks.Sum(asked ? 1 : 0) > 0;
}

absl::Status StoppedStatus() {
  return absl::CancelledError("stopped because it was asked to");
}

}  // namespace miv::worker
