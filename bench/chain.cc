// miv-bench-chain: every build step of a pipeline in one group of ranks, as a
// worker runs them, with what each took.
//
//   mpirun -n N miv-bench-chain PIPELINE OUTPUT [--mechanisms LIBRARY]
//
// Prints one JSON object: {"ranks", "steps":
// [{"step", "kind", "wall_s", "bytes", "peak_rss": [per rank], "report"}]}.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/pipeline/pipeline.h"
#include "common/pipeline/resolve.h"
#include "worker/main/step_table.h"
#include "worker/parallel/mpi_ranks.h"

namespace miv::worker {
namespace {

using nlohmann::json;

struct Options {
  std::string pipeline, output, mechanisms;
};

double Now() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Quiet final : public StepObserver {
 public:
  void Progress(absl::string_view, double, double, absl::string_view) override {
  }
  void Log(absl::string_view) override {}
  void Warning(absl::string_view text) override {
    std::fprintf(stderr, "warning: %s\n", std::string(text).c_str());
  }
  bool Cancelled() override { return false; }
};

/// Forgets the peak of this process's memory, so that each step has its own.
void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// Largest resident memory since ForgetPeak, bytes.
std::int64_t PeakBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0)
      return 1024 * std::strtoll(line.c_str() + 6, nullptr, 10);
  return 0;
}

std::int64_t BytesBelow(const std::string& directory) {
  std::int64_t bytes = 0;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(directory, error))
    if (entry.is_regular_file(error))
      bytes += static_cast<std::int64_t>(entry.file_size(error));
  return bytes;
}

StepInputs InputsOf(const pipeline::ResolvedStep& step, const Options& options,
                    const std::string& directory) {
  StepInputs inputs;
  for (const pipeline::Input& input : step.inputs)
    inputs[input.role] =
        input.step.empty()
            ? StepInput{JoinPath(directory, input.path), input.path}
            : StepInput{
                  JoinPath(JoinPath(options.output, input.step), input.output),
                  absl::StrCat(input.step, "/", input.output)};
  if (inputs.count("templates") > 0 && !options.mechanisms.empty())
    inputs["mechanism_library"] = {options.mechanisms, "mechanisms"};
  return inputs;
}

absl::StatusOr<json> Run(const pipeline::ResolvedStep& step,
                         const Options& options, const std::string& directory,
                         parallel::Ranks& ranks) {
  Quiet observer;
  StepContext ctx{step.config,
                  step.seed,
                  InputsOf(step, options, directory),
                  JoinPath(options.output, step.name),
                  ranks,
                  observer};
  absl::Status made;
  if (ranks.is_root()) made = MakeDirectories(ctx.output_directory);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(made));
  ForgetPeak();
  ranks.Barrier();
  const double start = Now();
  MIV_ASSIGN_OR_RETURN(json report, AllSteps().at(step.kind)(ctx));
  ranks.Barrier();
  const double wall_s = Now() - start;
  return json{{"step", step.name},
              {"kind", step.kind},
              {"wall_s", wall_s},
              {"bytes", BytesBelow(ctx.output_directory)},
              {"peak_rss", ranks.AllGather(PeakBytes())},
              {"report", std::move(report)}};
}

absl::Status RunAll(parallel::Ranks& ranks, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto loaded,
                       pipeline::LoadPipelineFile(options.pipeline));
  MIV_ASSIGN_OR_RETURN(const auto resolved, pipeline::Resolve(loaded.spec));
  json steps = json::array();
  for (const std::size_t index : resolved.order) {
    const pipeline::ResolvedStep& step = resolved.steps[index];
    if (AllSteps().count(step.kind) == 0 || step.kind == "simulation") continue;
    auto done = Run(step, options, loaded.directory, ranks);
    if (!done.ok())
      return absl::Status(
          done.status().code(),
          absl::StrCat(step.name, ": ", done.status().message()));
    steps.push_back(*std::move(done));
  }
  if (ranks.is_root())
    std::printf("%s\n",
                json{{"ranks", ranks.size()}, {"steps", steps}}.dump().c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace miv::worker

int main(int argc, char** argv) {
  CLI::App app("Runs the build steps of a pipeline and says what they take.");
  miv::worker::Options options;
  app.add_option("pipeline", options.pipeline)->required();
  app.add_option("output", options.output, "absolute directory")->required();
  app.add_option("--mechanisms", options.mechanisms, "compiled library");
  CLI11_PARSE(app, argc, argv);
  int code = 0;
  {
    miv::parallel::MpiSession session(&argc, &argv);
    const auto ranks = miv::parallel::MpiRanks::World();
    const absl::Status status = miv::worker::RunAll(*ranks, options);
    code = status.ok() ? 0 : 1;
    if (!status.ok() && ranks->is_root())
      std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  }
  std::fflush(nullptr);
  std::_Exit(code);
}
