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
  bool spikes = false;
};

FollowStyle StyleOf(const Program& program, const Options& options) {
  if (options.spikes) return FollowStyle::kSpikes;
  return program.json ? FollowStyle::kEvents : FollowStyle::kProgress;
}

absl::StatusOr<int> WatchVerb(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const std::string id,
                       program.JobOrNewest(*client, options.job));
  MIV_ASSIGN_OR_RETURN(
      const v1::JobState state,
      Follow(program, *client, id, options.after, StyleOf(program, options)));
  if (program.json || options.spikes) return ExitCodeOf(state);
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
      "  miv watch JOB --json --after 120\n"
      "  miv watch JOB --spikes        spikes as they are computed, as JSON");
  verb->add_option("JOB", options->job, "Job id (default: the newest)");
  verb->add_option("--after", options->after,
                   "Only events after this sequence number")
      ->type_name("N");
  verb->add_flag("--spikes", options->spikes,
                 "Only spikes, as they are computed, one JSON object a line");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &WatchVerb);
}

}  // namespace miv::client
