// miv logs: what the workers of a job said.

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/job_view.h"
#include "client/cli/json_forms.h"
#include "client/cli/names.h"
#include "client/cli/verbs.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string job;
  std::string step;
  bool follow = false;
};

bool IsLog(const v1::Event& event) {
  return event.has_log() || event.has_warning();
}

std::string LineOf(const v1::Event& event, absl::TimeZone zone) {
  const std::string who =
      event.has_log() ? absl::StrCat(event.step(), "[", event.log().rank(), "]")
                      : event.step();
  std::string level = event.has_warning() ? "warning" : "";
  if (event.has_log() && event.log().level() >= v1::LogLine::LEVEL_WARNING)
    level = NameOf(event.log().level());
  return absl::StrCat(
      ClockText(TimeOf(event), zone), "  ", who, "  ",
      level.empty() ? "" : level + ": ",
      Printable(event.has_log() ? event.log().text() : event.warning().text()));
}

absl::Status CheckStep(const v1::Job& job, const std::string& step) {
  std::vector<std::string> names;
  for (const auto& task : job.tasks()) {
    if (task.step() == step) return absl::OkStatus();
    names.push_back(task.step());
  }
  return step.empty() ? absl::OkStatus() : UnknownStep(job.id(), step, names);
}

absl::StatusOr<int> Logs(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(const std::string id,
                       program.JobOrNewest(*client, options.job));
  MIV_ASSIGN_OR_RETURN(const v1::Job job, client->GetJob(id));
  MIV_RETURN_IF_ERROR(CheckStep(job, options.step));
  const auto show = [&](const v1::Event& event) {
    if (!IsLog(event)) return;
    if (!options.step.empty() && event.step() != options.step) return;
    if (program.json)
      program.PrintJson(EventJson(event), /*one_line=*/true);
    else
      program.io().out << LineOf(event, program.io().zone) << std::endl;
  };
  if (options.follow) {
    MIV_RETURN_IF_ERROR(
        client->WatchJob(id, {.stop = program.stop()}, show).status());
    return kExitDone;
  }
  MIV_ASSIGN_OR_RETURN(const auto events, client->ListEvents(id, 0));
  for (const auto& event : events) show(event);
  if (!program.json && std::none_of(events.begin(), events.end(), IsLog))
    program.io().err << "job " << id << " has said nothing so far" << std::endl;
  return kExitDone;
}

}  // namespace

void AddLogs(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      AddVerb(app, "logs", "Print the log lines and warnings of a job",
              "  miv logs                      of the newest job\n"
              "  miv logs JOB --step run\n"
              "  miv logs JOB --follow         go on until the job ends");
  verb->add_option("JOB", options->job, "Job id (default: the newest)");
  verb->add_option("--step", options->step, "Only of this step")
      ->type_name("STEP");
  verb->add_flag("-f,--follow", options->follow, "Go on until the job ends");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Logs);
}

}  // namespace miv::client
