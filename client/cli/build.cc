// miv build: runs the steps of a pipeline that build its network.

#include <memory>

#include "client/cli/run_pipeline.h"
#include "client/cli/verbs.h"

namespace miv::client {
namespace {

struct Options {
  RunOptions run;
  bool detach = false;
};

absl::StatusOr<int> Build(Program& program, const Options& options) {
  RunOptions run = options.run;
  run.pipeline.choice = StepChoice::kWithoutSimulations;
  run.wait = !options.detach;
  return RunPipeline(program, run);
}

}  // namespace

void AddBuild(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(
      app, "build", "Run a pipeline without its simulations, and wait",
      "  miv build pipeline.yaml\n"
      "  miv build pipeline.yaml --step synapses_PYR     and what it uses\n"
      "  miv build pipeline.yaml --ranks 8 --detach");
  AddPipelineOptions(verb, &options->run.pipeline);
  AddStepOption(verb, &options->run.pipeline);
  verb->add_flag("--detach", options->detach, "Return when it is accepted");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Build);
}

}  // namespace miv::client
