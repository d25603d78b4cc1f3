// miv simulate: runs the simulations of a pipeline and what they use.

#include <memory>

#include "client/cli/run_pipeline.h"
#include "client/cli/verbs.h"

namespace miv::client {
namespace {

struct Options {
  RunOptions run;
  bool detach = false;
};

absl::StatusOr<int> Simulate(Program& program, const Options& options) {
  RunOptions run = options.run;
  run.pipeline.choice = StepChoice::kSimulations;
  run.wait = !options.detach;
  return RunPipeline(program, run);
}

}  // namespace

void AddSimulate(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      AddVerb(app, "simulate",
              "Run the simulations of a pipeline and what they use, and wait",
              "  miv simulate pipeline.yaml\n"
              "  miv simulate pipeline.yaml --step run --set "
              "steps.run.config.t_end=1000\n"
              "  miv simulate pipeline.yaml --ranks 8 --detach");
  AddPipelineOptions(verb, &options->run.pipeline);
  AddStepOption(verb, &options->run.pipeline);
  verb->add_flag("--detach", options->detach, "Return when it is accepted");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Simulate);
}

}  // namespace miv::client
