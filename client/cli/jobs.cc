// miv jobs: the list of jobs, newest first.

#include <memory>

#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/json_forms.h"
#include "client/cli/names.h"
#include "client/cli/summary.h"
#include "client/cli/table.h"
#include "client/cli/verbs.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string state;
  std::size_t limit = 20;
};

absl::StatusOr<int> Jobs(Program& program, const Options& options) {
  JobFilter filter{.limit = options.limit};
  if (!options.state.empty()) {
    MIV_ASSIGN_OR_RETURN(filter.state, ParseJobState(options.state));
  }
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const auto jobs, client->ListJobs(filter));
  if (program.json) {
    program.PrintJson(JobsJson(jobs));
    return kExitDone;
  }
  Table table({"JOB", "NAME", "STATE", "CREATED", ">TIME"});
  for (const auto& job : jobs)
    table.Add({job.id(), Printable(job.name()), WordFor(job.state()),
               TimeText(CreatedAt(job), program.io().zone),
               DurationText(JobSeconds(job, absl::Now()))});
  program.io().out << (table.empty() ? "no jobs\n"
                                     : table.Text(program.table_style()))
                   << std::flush;
  return kExitDone;
}

}  // namespace

void AddJobs(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "jobs", "List jobs, newest first",
                           "  miv jobs\n"
                           "  miv jobs --state running\n"
                           "  miv jobs --json | jq -r '.[0].id'");
  verb->add_option("--state", options->state, "Only jobs in this state")
      ->type_name("STATE");
  verb->add_option("--limit", options->limit, "At most so many (default 20)")
      ->type_name("N");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Jobs);
}

}  // namespace miv::client
