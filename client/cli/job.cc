// miv job: how a job stands, task by task.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/json_forms.h"
#include "client/cli/names.h"
#include "client/cli/summary.h"
#include "client/cli/verbs.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string job;
};

void PrintJob(Program& program, const v1::Job& job) {
  std::string head = absl::StrCat("job ", job.id(), "  ", Printable(job.name()),
                                  "  ", WordFor(job.state()), "\ncreated ",
                                  TimeText(CreatedAt(job), program.io().zone));
  if (const double seconds = JobSeconds(job, absl::Now()); seconds >= 0)
    absl::StrAppend(&head, job.has_ended() ? ", took " : ", running for ",
                    DurationText(seconds));
  const bool colour = program.out_colour();
  program.io().out << head << "\n\n"
                   << TaskTable(job).Text(program.table_style());
  if (const Table ranks = RankTable(job); !ranks.empty())
    program.io().out << "\nby rank:\n" << ranks.Text(program.table_style());
  if (const auto failures = Failures(job, colour); !failures.empty())
    program.io().out << "\n" << failures;
  program.io().out << std::flush;
}

absl::StatusOr<int> ShowJob(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const std::string id,
                       program.JobOrNewest(*client, options.job));
  MIV_ASSIGN_OR_RETURN(const v1::Job job, client->GetJob(id));
  if (program.json)
    program.PrintJson(JobJson(job));
  else
    PrintJob(program, job);
  return kExitDone;
}

}  // namespace

void AddJob(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "job", "Show a job: its tasks, their attempts, times and outputs",
      "  miv job                       the newest job\n"
      "  miv job JOB\n"
      "  miv job JOB --json | jq '.tasks[] | {step, state, duration_s}'");
  verb->add_option("JOB", options->job, "Job id (default: the newest)");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &ShowJob);
}

}  // namespace miv::client
