#include "worker/simulate/process_engine.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/mechanisms.h"

namespace miv::simulate {
namespace {

/// What the process has loaded, for good.
struct LoadedEngine {
  std::unique_ptr<neuron::Engine> engine;
  std::string library;
};

LoadedEngine& Process() {
  static LoadedEngine& loaded = *new LoadedEngine;
  return loaded;
}

absl::Status OtherLibrary(const std::string& label) {
  Fault fault;
  fault.reason = "MODEL_LOADED";
  fault.file = label;
  fault.what = "this process has already loaded other mechanisms";
  fault.remedy = "Run the step in a worker group of its own.";
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

absl::StatusOr<neuron::Engine*> Load(const neuron::EngineOptions& options,
                                     const std::string& library,
                                     const std::string& label) {
  LoadedEngine& process = Process();
  if (process.engine == nullptr) {
    MIV_ASSIGN_OR_RETURN(process.engine, neuron::Engine::Start(options));
  }
  if (library.empty() || library == process.library) {
    return process.engine.get();
  }
  if (!process.library.empty()) return OtherLibrary(label);
  MIV_RETURN_IF_ERROR(neuron::LoadMechanisms(*process.engine, library, label));
  process.library = library;
  return process.engine.get();
}

}  // namespace

absl::StatusOr<neuron::Engine*> EngineForStep(worker::StepContext& ctx) {
  const auto input = ctx.inputs.find("mechanism_library");
  const bool given = input != ctx.inputs.end();
  auto engine =
      Load({.under_mpi = ctx.ranks.size() > 1,
            .python = ctx.config.value("python", false)},
           given ? input->second.path : "", given ? input->second.label : "");
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(engine.status()));
  return engine;
}

absl::StatusOr<neuron::Engine*> EngineForProcess(const std::string& library,
                                                 const std::string& label) {
  return Load({.under_mpi = false}, library, label);
}

}  // namespace miv::simulate
