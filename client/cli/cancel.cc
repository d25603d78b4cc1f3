// miv cancel: stops a job.

#include <memory>

#include "client/cli/exit_code.h"
#include "client/cli/json_forms.h"
#include "client/cli/names.h"
#include "client/cli/verbs.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string job;
  std::string reason;
};

absl::StatusOr<int> CancelVerb(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const v1::Job job,
                       client->Cancel(options.job, options.reason));
  if (program.json) {
    program.PrintJson(JobJson(job));
    return kExitDone;
  }
  auto& out = program.io().out;
  if (job.state() == v1::JOB_STATE_CANCELLED)
    out << "job " << job.id() << " is cancelled" << std::endl;
  else if (IsFinal(job.state()))
    out << "job " << job.id() << " had ended already: " << WordFor(job.state())
        << std::endl;
  else
    out << "job " << job.id() << " is being cancelled" << std::endl;
  return kExitDone;
}

}  // namespace

void AddCancel(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      AddVerb(app, "cancel", "Stop a job; results that are done are kept",
              "  miv cancel JOB\n"
              "  miv cancel JOB --reason 'wrong electrode'");
  verb->add_option("JOB", options->job, "Job id")->required();
  verb->add_option("--reason", options->reason, "For the log of the job")
      ->type_name("TEXT");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &CancelVerb);
}

}  // namespace miv::client
