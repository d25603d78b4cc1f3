// verify: checks a network against the config of the steps that built it.

#include "common/verify/verify.h"

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/rank_share.h"

namespace miv::worker {
namespace {

absl::Status Failed(const verify::Report& report) {
  using verify::Verdict;
  return MakeStatus(
      absl::StatusCode::kFailedPrecondition,
      {.reason = "VERIFICATION_FAILED",
       .what =
           absl::StrCat(report.Count(Verdict::kFail), " of ",
                        report.checks.size() - report.Count(Verdict::kSkipped),
                        " checks of the network failed"),
       .remedy = "Look the checks up in docs/verify.md; `miv verify` makes "
                 "them on fetched files.",
       .output = FailuresText(report)});
}

absl::Status VerifyHere(StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput cells, InputOf(ctx, "cells"));
  MIV_ASSIGN_OR_RETURN(const StepInput connections,
                       InputOf(ctx, "connections"));
  const auto progress = [&ctx](absl::string_view phase, double done,
                               double total) {
    ctx.observer.Progress(absl::StrCat("verify ", phase), done, total, "cells");
    return ctx.observer.Cancelled() ? StoppedStatus() : absl::OkStatus();
  };
  const auto* expectations = FindField(ctx.config, "expectations");
  MIV_ASSIGN_OR_RETURN(
      const verify::Report report,
      verify::Verify(cells.path, connections.path,
                     expectations == nullptr ? nlohmann::json() : *expectations,
                     progress));
  MIV_RETURN_IF_ERROR(
      WriteFileAtomically(JoinPath(ctx.output_directory, "verify.json"),
                          verify::ToJson(report).dump(1) + "\n"));
  return report.passed() ? absl::OkStatus() : Failed(report);
}

}  // namespace

absl::StatusOr<nlohmann::json> VerifyStep(StepContext& ctx) {
  const WorkMeter meter;
  absl::Status status;
  if (ctx.ranks.is_root()) status = VerifyHere(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(status));
  return meter.Report(ctx.ranks);
}

}  // namespace miv::worker
