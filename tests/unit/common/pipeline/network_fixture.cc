#include "tests/unit/common/pipeline/network_fixture.h"

#include <gtest/gtest.h>

namespace miv::pipeline {
namespace {

// Densities, projections and proportions of MiV-Simulator-Cases 619dd1e, case
// 3-interface-api; cells and extents of its script.
constexpr char kTypes[] = R"(api: miv/v1
name: net
seed: 3
files: {templates: ./templates, mechanisms: ./mechanisms, morphology: ./swc}
steps:
  h5_types:
    kind: h5_types
    config:
      cell_distributions:
        STIM: {SO: 0, SP: 64, SR: 0, SLM: 0}
        PYR: {SO: 0, SP: 223, SR: 0, SLM: 0}
        PVBC: {SO: 35, SP: 50, SR: 8, SLM: 0}
        OLM: {SO: 21, SP: 0, SR: 0, SLM: 0}
      projections:
        PYR: [STIM, PYR, PVBC, OLM]
        PVBC: [STIM, PYR, PVBC, OLM]
        OLM: [PYR, PVBC]
  network:
    kind: network_architecture
    uses: [h5_types]
    config:
      layer_extents:
        SO: [[0.0, 0.0, 0.0], [200.0, 200.0, 5.0]]
        SP: [[0.0, 0.0, 5.0], [200.0, 200.0, 50.0]]
        SR: [[0.0, 0.0, 50.0], [200.0, 200.0, 100.0]]
        SLM: [[0.0, 0.0, 100.0], [200.0, 200.0, 150.0]]
  distances: {kind: measure_distances, uses: network}
  forest_PYR:
    kind: generate_synapse_forest
    uses: [network, distances]
    config: {population: PYR, morphology: ./swc/PYR.swc}
  forest_PVBC:
    kind: generate_synapse_forest
    uses: [network, distances]
    config: {population: PVBC, morphology: ./swc/PVBC.swc}
  forest_OLM:
    kind: generate_synapse_forest
    uses: [network, distances]
    config: {population: OLM, morphology: ./swc/OLM.swc}
)";

constexpr char kSynapses[] = R"(  synapses_PYR:
    kind: distribute_synapses
    uses: [network, forest_PYR, forest_PVBC, forest_OLM]
    config: &placement
      population: PYR
      distribution: poisson
      cell_types:
        PYR:
          template: PoolosPyramidalCell
          mechanism: {}
          synapses:
            density:
              apical:
                excitatory:
                  SLM: {mean: 0.90, variance: 0.1}
                  SR: {mean: 3.52, variance: 0.1}
                inhibitory:
                  SLM: {mean: 0.15, variance: 0.1}
                  SR: {mean: 0.11, variance: 0.1}
              basal:
                excitatory: {SO: {mean: 3.08, variance: 0.1}}
                inhibitory: {SO: {mean: 0.11, variance: 0.1}}
              soma:
                inhibitory: {default: {mean: 0.20, variance: 0.1}}
                excitatory: {default: {mean: 0.0, variance: 0.1}}
              ais: {inhibitory: {default: {mean: 0.68, variance: 0.01}}}
        PVBC:
          template: PVBasketCell
          mechanism: {}
          synapses:
            density:
              apical:
                excitatory:
                  SLM: {mean: 1.43, variance: 0.1}
                  SR: {mean: 4.16, variance: 0.1}
                inhibitory:
                  SLM: {mean: 0.27, variance: 0.1}
                  SR: {mean: 0.16, variance: 0.1}
              basal:
                excitatory: {SO: {mean: 3.61, variance: 0.1}}
                inhibitory: {SO: {mean: 3.44, variance: 0.1}}
              soma:
                inhibitory: {default: {mean: 0.18, variance: 0.1}}
                excitatory: {default: {mean: 0.40, variance: 0.1}}
        OLM:
          template: OLMCell
          mechanism: {}
          synapses:
            density:
              basal:
                excitatory: {SO: {mean: 3.60, variance: 0.1}}
                inhibitory: {SO: {mean: 1.06, variance: 0.1}}
        STIM: {template: VecStim, mechanism: {}, synapses: {}}
  synapses_PVBC:
    kind: distribute_synapses
    uses: [network, forest_PYR, forest_PVBC, forest_OLM]
    config: {<<: *placement, population: PVBC}
  synapses_OLM:
    kind: distribute_synapses
    uses: [network, forest_PYR, forest_PVBC, forest_OLM]
    config: {<<: *placement, population: OLM}
)";

constexpr char kConnections[] = R"(  connections_PYR:
    kind: generate_connections
    uses: [network, distances, synapses_PYR, synapses_PVBC, synapses_OLM]
    config: &connectivity
      population: PYR
      axon_extents:
        STIM: {default: {width: [200, 200], offset: [0, 0]}}
        PYR: {default: {width: [200, 200], offset: [0, 0]}}
        PVBC: {default: {width: [200, 200], offset: [0, 0]}}
        OLM: {default: {width: [200, 200], offset: [0, 0]}}
      synapses:
        PYR:
          STIM: &excitation
            type: excitatory
            sections: [soma, basal, apical, apical]
            layers: [SP, SO, SR, SLM]
            proportions: [0.5, 0.5, 0.5, 0.5]
            mechanisms:
              AMPA: {tau_rise: 0.5, tau_decay: 3.0, e: 0, g_unit: 0.00001, weight: 1.0}
              NMDA: {g_unit: 0.00001, weight: 1.0}
          PYR: *excitation
          PVBC:
            type: inhibitory
            sections: [soma, basal, apical, ais, ais]
            layers: [SP, SO, SR, SP, SR]
            proportions: [1.0, 0.5, 1.0, 1.0, 1.0]
            mechanisms: &inhibition
              GABA_A: {tau_rise: 0.3, tau_decay: 6.2, e: -60, g_unit: 0.005, weight: 1.0}
          OLM:
            type: inhibitory
            sections: [soma, basal, apical]
            layers: [SO, SO, SLM]
            proportions: [1.0, 0.5, 1.0]
            mechanisms: *inhibition
        PVBC:
          PYR: &drive
            type: excitatory
            sections: [soma, apical, apical, basal]
            layers: [SP, SLM, SR, SO]
            proportions: [0.5, 0.5, 0.5, 0.5]
            mechanisms: {AMPA: {tau_rise: 0.5, tau_decay: 3.0, e: 0, g_unit: 0.0005, weight: 1.0}}
          STIM: *drive
          PVBC:
            type: inhibitory
            sections: [soma, apical, apical, basal]
            layers: [SP, SP, SR, SO]
            proportions: [1.0, 1.0, 1.0, 1.0]
            mechanisms: *inhibition
          OLM:
            type: inhibitory
            sections: [apical]
            layers: [SLM]
            proportions: [1.0]
            mechanisms: *inhibition
        OLM:
          PYR:
            type: excitatory
            sections: [apical, basal, basal]
            layers: [SLM, SR, SO]
            proportions: [1.0, 1.0, 1.0]
            mechanisms: {AMPA: {tau_rise: 0.5, tau_decay: 3.0, e: 0, g_unit: 0.001, weight: 1.0}}
          PVBC:
            type: inhibitory
            sections: [basal, soma, apical]
            layers: [SO, SP, SR]
            proportions: [1.0, 1.0, 1.0]
            mechanisms: *inhibition
  connections_PVBC:
    kind: generate_connections
    uses: [network, distances, synapses_PYR, synapses_PVBC, synapses_OLM]
    config: {<<: *connectivity, population: PVBC}
  connections_OLM:
    kind: generate_connections
    uses: [network, distances, synapses_PYR, synapses_PVBC, synapses_OLM]
    config: {<<: *connectivity, population: OLM}
)";

constexpr char kRun[] = R"(  graph:
    kind: neuroh5_graph
    uses: [network, forest_PYR, forest_PVBC, forest_OLM, synapses_PYR,
           synapses_PVBC, synapses_OLM, connections_PYR, connections_PVBC,
           connections_OLM]
  run:
    kind: simulation
    uses: [graph]
    ranks: 2
    config:
      t_end: 500
      stimulus: [{population: STIM, rate: 20}]
      lfp: [{pos: [100, 100, 30], maxEDist: 200}]
      record: [{label: soma, population: PYR, limit: 3}]
)";

}  // namespace

std::string NetworkYaml() {
  return std::string(kTypes) + kSynapses + kConnections + kRun;
}

LoadedPipeline Load(const std::string& text) {
  LoadedPipeline loaded;
  auto document = config::ParseYaml(text, "net.yaml", "");
  if (!document.ok()) {
    ADD_FAILURE() << document.status();
    return loaded;
  }
  auto spec = PipelineFromDocument(*document, "net");
  EXPECT_TRUE(spec.ok()) << spec.status();
  if (spec.ok()) loaded.spec = *spec;
  loaded.sources = document->sources;
  return loaded;
}

PipelineSpec Network() {
  static const auto* const kNetwork =
      new PipelineSpec(Load(NetworkYaml()).spec);
  return *kNetwork;
}

StepSpec& Step(PipelineSpec& spec, const std::string& name) {
  for (StepSpec& step : spec.steps)
    if (step.name == name) return step;
  ADD_FAILURE() << "no step " << name;
  return spec.steps.front();
}

ResolvedPipeline ResolvedNetwork(const std::string& override_text) {
  PipelineSpec spec = Network();
  if (!override_text.empty()) {
    const auto status = ApplyOverride(spec, override_text);
    EXPECT_TRUE(status.ok()) << status;
  }
  auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *resolved : ResolvedPipeline();
}

std::string ErrorAfter(const std::vector<std::string>& overrides) {
  PipelineSpec spec = Network();
  for (const std::string& text : overrides) {
    const auto status = ApplyOverride(spec, text);
    if (!status.ok()) return std::string(status.message());
  }
  return std::string(Resolve(spec).status().message());
}

}  // namespace miv::pipeline
