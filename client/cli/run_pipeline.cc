#include "client/cli/run_pipeline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/follow.h"
#include "client/cli/format.h"
#include "client/cli/json_forms.h"
#include "client/cli/summary.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

std::string Accepted(const v1::SubmitJobResponse& response) {
  const auto& job = response.job();
  std::int64_t cached = 0;
  for (const auto& step : response.plan().steps()) cached += step.cached();
  std::string text = absl::StrCat(
      "job ", job.id(), " accepted: ", Printable(job.name()), ", ",
      Plural(std::max(job.tasks_size(), response.plan().steps_size()), "step"));
  if (cached > 0) absl::StrAppend(&text, ", ", cached, " of them cached");
  return text;
}

std::string Next(const Program& program, const std::string& id) {
  const std::string tail = absl::StrCat(id, program.ServerOption());
  return absl::StrCat("  follow it     miv watch ", tail,
                      "\n  its results   miv fetch ", tail, " -o results\n");
}

/// After the job has ended.
void PrintOutcome(Program& program, const v1::Job& job) {
  auto& out = program.io().out;
  out << "\n"
      << TaskTable(job).Text(program.table_style()) << "\n"
      << Verdict(job) << "\n"
      << Failures(job, program.out_colour());
  if (job.state() == v1::JOB_STATE_SUCCEEDED)
    out << "  its results   miv fetch " << job.id() << program.ServerOption()
        << " -o results\n";
  else
    out << "  its log       miv logs " << job.id() << program.ServerOption()
        << "\n";
  out << std::flush;
}

absl::StatusOr<int> WaitFor(Program& program, Client& client,
                            const std::string& id) {
  MIV_ASSIGN_OR_RETURN(
      const v1::JobState state,
      Follow(program, client, id, 0,
             program.json ? FollowStyle::kQuiet : FollowStyle::kProgress));
  MIV_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(id));
  if (program.json)
    program.PrintJson(JobJson(job));
  else
    PrintOutcome(program, job);
  return ExitCodeOf(state);
}

}  // namespace

absl::StatusOr<int> RunPipeline(Program& program, const RunOptions& options) {
  MIV_ASSIGN_OR_RETURN(const Submission submission,
                       Load(program, options.pipeline));
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const auto response,
                       SendWithProgress(program, options.pipeline,
                                        [&](const SubmitOptions& submit) {
                                          return client->Submit(submission,
                                                                submit);
                                        }));
  PrintWarnings(program, submission.sources, response.plan());
  const std::string id = response.job().id();
  if (!program.json)
    program.io().out << Accepted(response) << "\n"
                     << (options.wait ? "" : Next(program, id)) << std::flush;
  if (options.wait) return WaitFor(program, *client, id);
  if (program.json) program.PrintJson(JobJson(response.job()));
  return kExitDone;
}

}  // namespace miv::client
