// Runs the simulation step outside the worker.
//
//   step_runner --compile MECHANISMS OUTPUT   prints the path of the library
//   [mpirun ...] step_runner REQUEST.json     prints the step's report (rank 0)
//
// REQUEST: {"config": {...}, "seed": 0, "inputs": {ROLE: PATH}, "output": DIR,
//           "cancel_after": N,    cancels at the Nth question; absent: never
//           "keep_segments": false}
//
//   step_runner --assemble SEGMENTS OUTPUT    prints how far the run came

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/files.h"
#include "worker/parallel/mpi_ranks.h"
#include "worker/simulate/assemble.h"
#include "worker/simulate/neuron/compile/compile_mechanisms.h"
#include "worker/simulate/simulation_step.h"
#include "worker/step/step.h"

namespace miv::simulate {
namespace {

class PrintingObserver final : public worker::StepObserver {
 public:
  explicit PrintingObserver(int cancel_after) : left_(cancel_after) {}
  void Progress(absl::string_view, double, double, absl::string_view) override {
  }
  void Log(absl::string_view text) override { Print("log", text); }
  void Warning(absl::string_view text) override { Print("warning", text); }
  bool Cancelled() override { return left_ > 0 && --left_ == 0; }

 private:
  static void Print(const char* kind, absl::string_view text) {
    std::cerr << kind << ": " << text << "\n";
  }

  int left_;
};

int Compile(const std::string& directory, const std::string& output) {
  neuron::CompileRequest request;
  request.directory = directory;
  request.label = "mechanisms";
  request.output_directory = output;
  const auto compiled = neuron::CompileMechanisms(request);
  if (!compiled.ok()) {
    std::cerr << compiled.status().message() << "\n";
    return 1;
  }
  std::cout << compiled->library << "\n";
  return 0;
}

int Assemble(const std::string& segments, const std::string& output) {
  const auto assembled = AssembleResults({segments}, output);
  if (!assembled.ok()) {
    std::cerr << assembled.status().message() << "\n";
    return 1;
  }
  const nlohmann::json answer = {{"complete", assembled->coverage.complete},
                                 {"until_ms", assembled->coverage.until_ms},
                                 {"spikes", assembled->spikes},
                                 {"losses", assembled->losses}};
  std::cout << answer.dump() << "\n";
  return 0;
}

int Run(parallel::Ranks& ranks, const std::string& request_path) {
  const auto text = ReadFile(request_path);
  if (!text.ok()) {
    std::cerr << text.status().message() << "\n";
    return 1;
  }
  const auto request = nlohmann::json::parse(*text);
  PrintingObserver observer(request.value("cancel_after", 0));
  worker::StepContext ctx{
      request["config"], request.value("seed", 0), {}, request["output"], ranks,
      observer};
  ctx.keep_segments = request.value("keep_segments", false);
  for (const auto& [role, path] : request["inputs"].items()) {
    ctx.inputs[role] = {path, path};
  }
  const auto report = SimulationStep(ctx);
  if (!report.ok()) {
    if (ranks.is_root()) std::cerr << report.status().message() << "\n";
    return 1;
  }
  if (ranks.is_root()) std::cout << report->dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace miv::simulate

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--compile") {
    return miv::simulate::Compile(argv[2], argv[3]);
  }
  if (argc == 4 && std::string(argv[1]) == "--assemble") {
    return miv::simulate::Assemble(argv[2], argv[3]);
  }
  if (argc != 2) {
    std::cerr << "usage: step_runner REQUEST.json\n";
    return 2;
  }
  int result = 1;
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr) {
    miv::parallel::SingleRank ranks;
    result = miv::simulate::Run(ranks, argv[1]);
  } else {
    const miv::parallel::MpiSession session(&argc, &argv);
    const auto ranks = miv::parallel::MpiRanks::World();
    result = miv::simulate::Run(*ranks, argv[1]);
  }
  std::fflush(stdout);
  std::_Exit(result);  // NEURON's objects outlive every destructor
}
