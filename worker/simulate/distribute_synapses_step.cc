#include "worker/simulate/distribute_synapses_step.h"

#include <string>

#include "common/base/status_macros.h"
#include "worker/build/steps/model_steps.h"
#include "worker/simulate/neuron_geometry.h"
#include "worker/simulate/process_engine.h"

namespace miv::simulate {

absl::StatusOr<nlohmann::json> DistributeSynapsesStep(
    worker::StepContext& ctx) {
  const auto templates = worker::InputOf(ctx, "templates");
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(templates.status()));
  neuron::Engine* engine = nullptr;
  MIV_ASSIGN_OR_RETURN(engine, EngineForStep(ctx));
  NeuronGeometryProvider geometry(*engine, *templates);
  auto report = worker::DistributeSynapses(ctx, geometry);
  const std::string printed = engine->TakeOutput();
  if (!printed.empty() && ctx.ranks.is_root()) ctx.observer.Log(printed);
  return report;
}

}  // namespace miv::simulate
