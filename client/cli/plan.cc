// miv plan: what a submission would do.

#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/json_forms.h"
#include "client/cli/pipeline_options.h"
#include "client/cli/table.h"
#include "client/cli/verbs.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

void PrintPlan(Program& program, const v1::Plan& plan) {
  Table table({"STEP", "KIND", "PLAN", ">RANKS", ">TIME", ">MEMORY", ">SIZE",
               "BECAUSE", "ESTIMATED"});
  std::int64_t cached = 0;
  for (const auto& step : plan.steps()) {
    cached += step.cached();
    table.Add(
        {step.step(), step.kind(), step.cached() ? "cached" : "run",
         step.cached() || step.ranks() == 0 ? "-" : absl::StrCat(step.ranks()),
         step.estimated_s() > 0 ? DurationText(step.estimated_s()) : "-",
         step.estimated_memory_bytes() > 0
             ? BytesText(step.estimated_memory_bytes())
             : "-",
         step.estimated_bytes() > 0 ? BytesText(step.estimated_bytes()) : "-",
         Printable(step.reason()), Printable(step.estimate_basis())});
  }
  program.io().out << table.Text(program.table_style()) << "\n"
                   << Plural(plan.steps_size() - cached, "step") << " to run, "
                   << cached << " cached" << std::endl;
}

absl::StatusOr<int> ShowPlan(Program& program, const PipelineOptions& options) {
  MIV_ASSIGN_OR_RETURN(const Submission submission, Load(program, options));
  MIV_ASSIGN_OR_RETURN(const auto client, program.Connect());
  MIV_ASSIGN_OR_RETURN(
      const v1::Plan plan,
      SendWithProgress(program, options, [&](const SubmitOptions& submit) {
        return client->Plan(submission, submit);
      }));
  PrintWarnings(program, submission.sources, plan);
  if (program.json)
    program.PrintJson(PlanJson(plan));
  else
    PrintPlan(program, plan);
  return kExitDone;
}

}  // namespace

void AddPlan(CLI::App& app, Program& program) {
  auto options = std::make_shared<PipelineOptions>();
  CLI::App* verb = AddVerb(
      app, "plan",
      "Check a pipeline and say what would run, why, and what it will take",
      "  miv plan pipeline.yaml\n"
      "  miv plan pipeline.yaml --set steps.run.config.t_end=200\n"
      "  miv plan pipeline.yaml --json | jq '.steps[] | select(.cached|not)'\n"
      "\n"
      "TIME is CPU time of a step's busiest rank, MEMORY that of all ranks.");
  AddPipelineOptions(verb, options.get());
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &ShowPlan);
}

}  // namespace miv::client
