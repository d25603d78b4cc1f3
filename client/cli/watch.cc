// miv watch: follows a job to its end.

#include <memory>

#include "client/cli/exit_code.h"
#include "client/cli/follow.h"
#include "client/cli/summary.h"
#include "client/cli/verbs.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string job;
  std::int64_t after = 0;
};

absl::StatusOr<int> WatchVerb(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const std::string id,
                       program.JobOrNewest(*client, options.job));
  MIV_ASSIGN_OR_RETURN(
      const v1::JobState state,
      Follow(program, *client, id, options.after,
             program.json ? FollowStyle::kEvents : FollowStyle::kProgress));
  if (program.json) return ExitCodeOf(state);
  MIV_ASSIGN_OR_RETURN(const v1::Job job, client->GetJob(id));
  program.io().out << Verdict(job) << "\n"
                   << Failures(job, program.out_colour()) << std::flush;
  return ExitCodeOf(state);
}

}  // namespace

void AddWatch(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "watch", "Follow a job until it ends (Ctrl-C detaches)",
      "  miv watch                     the newest job\n"
      "  miv watch JOB\n"
      "  miv watch JOB --json          its events, one JSON object a line\n"
      "  miv watch JOB --json --after 120");
  verb->add_option("JOB", options->job, "Job id (default: the newest)");
  verb->add_option("--after", options->after,
                   "Only events after this sequence number")
      ->type_name("N");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &WatchVerb);
}

}  // namespace miv::client
