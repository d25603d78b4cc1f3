#pragma once

// A network of 10 STIM (gids 0 to 9) and 4 PYR cells (gids 10 to 13) from
// files, with inputs and a simulation that plays them.

#include <string>
#include <vector>

#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {

inline PipelineSpec InputsPipeline() {
  return Load(R"(api: miv/v1
name: inputs
files: {templates: ./templates, mechanisms: ./mechanisms}
steps:
  h5_types:
    kind: h5_types
    config:
      cell_distributions: {PYR: {SP: 4}, STIM: {SP: 6, SO: 4}}
      projections: {PYR: [STIM]}
  rates:
    kind: input_spikes
    uses: [h5_types]
    config:
      trials: {duration: 1000}
      inputs:
        - {population: STIM, rate: 20}
  run:
    kind: simulation
    uses: [h5_types, rates]
    config:
      cells: cells.h5
      connections: connections.h5
      cell_types: {STIM: {template: VecStim}}
      t_end: 1000
      stimulus: [{population: STIM, file: step:rates}]
)")
      .spec;
}

/// InputsPipeline() after overrides, resolved.
inline absl::StatusOr<ResolvedPipeline> InputsAfter(
    const std::vector<std::string>& overrides) {
  PipelineSpec spec = InputsPipeline();
  for (const std::string& text : overrides)
    if (const auto status = ApplyOverride(spec, text); !status.ok())
      return status;
  return Resolve(spec);
}

}  // namespace miv::pipeline
