// miv submit: sends a pipeline, and follows it with --wait.

#include <memory>

#include "client/cli/run_pipeline.h"
#include "client/cli/verbs.h"

namespace miv::client {

void AddSubmit(CLI::App& app, Program& program) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* verb = AddVerb(
      app, "submit", "Check a pipeline and run it on the server",
      "  miv submit pipeline.yaml --wait\n"
      "  miv submit pipeline.yaml --set steps.run.config.t_end=200 --ranks 4\n"
      "  miv submit pipeline.yaml --cache refresh --wait --json > job.json");
  AddPipelineOptions(verb, &options->pipeline);
  verb->add_flag("--wait", options->wait,
                 "Show progress until the job ends; the exit code is the "
                 "job's");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &RunPipeline);
}

}  // namespace miv::client
