#pragma once

// The config of a simulation step.

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/simulate/cells/cell_types.h"
#include "worker/simulate/cells/discretisation.h"
#include "worker/simulate/hook_config.h"
#include "worker/simulate/lfp/lfp_config.h"
#include "worker/simulate/recordings/record_config.h"
#include "worker/simulate/stimulus/clamp_config.h"
#include "worker/simulate/stimulus/stimulus_config.h"
#include "worker/simulate/synapses/synapse_config.h"

namespace miv::simulate {

/// Tables for comparing a model with another implementation, all TSV with a
/// header line, written next to the results.
struct DebugOutput {
  bool netcons = false;  ///< netcons.tsv: one row per connection
  bool sections =
      false;  ///< sections.tsv, segments.tsv, detectors.tsv, points.tsv
};

struct SimulationConfig {
  double t_end_ms = 0;
  double dt_ms = 0.025;
  double v_init_mv = -65;
  std::optional<double> celsius;
  int secondorder = 2;
  bool isolate_cells = true;
  bool python = false;                  ///< CPython in the process, for hooks
  bool ties_by_source = false;          ///< the order of simultaneous events
  double checkpoint_interval_ms = 0;    ///< 0: none
  bool resume_inexact = false;          ///< also from inexact checkpoints
  bool save_checkpoint = false;         ///< of the last state, as an output
  std::optional<SegmentRule> segments;  ///< absent: the templates'

  std::map<std::string, CellType> cell_types;
  SynapseConfig synapses;
  SynapseMechanisms synapse_mechanisms;
  ParameterScope param_scope = ParameterScope::kByName;
  std::map<std::string, double> connection_velocity;
  double default_velocity = 250;

  std::vector<StimulusEntry> stimulus;
  std::vector<Clamp> clamps;
  std::vector<Electrode> lfp;
  std::vector<Recording> record;
  std::vector<Hook> hooks;
  DebugOutput debug;
};

/// Reads a config with or without its defaults filled in.  What this worker
/// cannot do is refused by name, with what to do instead; nothing is ignored.
/// seed: of the step, for electrodes without one.
/// Errors: InvalidArgument, a Fault that names the field.
absl::StatusOr<SimulationConfig> ParseSimulationConfig(
    const nlohmann::json& config, std::int64_t seed);

}  // namespace miv::simulate
