#include "worker/main/step_table.h"

#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/model_steps.h"
#include "worker/simulate/distribute_synapses_step.h"
#include "worker/simulate/simulation_step.h"

namespace miv::worker {

const StepTable& AllSteps() {
  static const auto* const kSteps = new StepTable{
      {"distribute_synapses", simulate::DistributeSynapsesStep},
      {"gap_junctions", GapJunctionsStep},
      {"generate_connections", GenerateConnectionsStep},
      {"generate_synapse_forest", GenerateSynapseForestStep},
      {"h5_types", H5TypesStep},
      {"import", ImportStep},
      {"input_spikes", InputSpikesStep},
      {"measure_distances", MeasureDistancesStep},
      {"network_architecture", NetworkArchitectureStep},
      {"neuroh5_graph", Neuroh5GraphStep},
      {"script", ScriptStep},
      {"simulation", simulate::SimulationStep},
      {"verify", VerifyStep}};
  return *kSteps;
}

}  // namespace miv::worker
