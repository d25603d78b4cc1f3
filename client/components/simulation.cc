#include "client/components/simulation.h"

namespace miv::client {
namespace {

void WriteModel(const Simulation& component, ConfigWriter& writer) {
  writer.IfSet("cells", component.cells)
      .IfSet("connections", component.connections)
      .IfSet("templates", component.templates)
      .IfSet("mechanisms", component.mechanisms)
      .IfSet("cell_types", component.cell_types)
      .IfSet("synapses", component.synapses)
      .IfSet("connection_velocity", component.connection_velocity)
      .IfSet("synapse_mechanisms", component.synapse_mechanisms)
      .IfSet("synapse_rules", component.synapse_rules)
      .IfSet("param_scope", component.param_scope)
      .IfSet("tied_events", component.tied_events)
      .IfSet("isolate_cells", component.isolate_cells)
      .IfSet("nseg", component.nseg);
}

}  // namespace

const char* ConfigName(LfpMode mode) {
  return mode == LfpMode::kExact ? "exact" : "legacy";
}

const char* ConfigName(CellPlacement placement) {
  return placement == CellPlacement::kSoma ? "soma" : "trees";
}

const char* ConfigName(ParameterScope scope) {
  return scope == ParameterScope::kByName ? "by_name" : "by_mechanism";
}

const char* ConfigName(TiedEvents order) {
  return order == TiedEvents::kArrival ? "arrival" : "by_source";
}

void WriteFields(const Stimulus& stimulus, ConfigWriter& writer) {
  writer.IfSet("population", stimulus.population)
      .IfSet("gids", stimulus.gids)
      .IfSet("times", stimulus.times)
      .IfSet("rate", stimulus.rate)
      .IfSet("start", stimulus.start)
      .IfSet("stop", stimulus.stop)
      .IfSet("file", stimulus.file)
      .IfSet("namespace", stimulus.namespace_name)
      .IfSet("attribute", stimulus.attribute);
}

void WriteFields(const Clamp& clamp, ConfigWriter& writer) {
  writer.IfSet("population", clamp.population)
      .IfSet("gids", clamp.gids)
      .IfSet("gid", clamp.gid)
      .IfSet("section", clamp.section)
      .IfSet("loc", clamp.loc)
      .IfSet("delay", clamp.delay)
      .IfSet("dur", clamp.dur)
      .IfSet("amp", clamp.amp)
      .IfSet("levels", clamp.levels)
      .IfSet("durations", clamp.durations)
      .IfSet("rs", clamp.rs);
}

void WriteFields(const LfpElectrode& electrode, ConfigWriter& writer) {
  writer.IfSet("label", electrode.label)
      .Always("pos", electrode.pos)
      .IfSet("rho", electrode.rho)
      .IfSet("dt_lfp", electrode.dt_lfp)
      .IfSet("mode", electrode.mode)
      .IfSet("place_cells", electrode.place_cells)
      .IfSet("maxEDist", electrode.max_e_dist)
      .IfSet("fdst", electrode.fdst)
      .IfSet("populations", electrode.populations)
      .IfSet("seed", electrode.seed);
}

void WriteFields(const Recording& recording, ConfigWriter& writer) {
  writer.IfSet("label", recording.label)
      .IfSet("variable", recording.variable)
      .IfSet("gids", recording.gids)
      .IfSet("population", recording.population)
      .IfSet("fraction", recording.fraction)
      .IfSet("limit", recording.limit)
      .IfSet("section", recording.section)
      .IfSet("loc", recording.loc)
      .IfSet("dt", recording.dt);
}

void WriteFields(const SynapseRule& rule, ConfigWriter& writer) {
  writer.Always("mech_params", rule.mech_params)
      .Always("netcon_params", rule.netcon_params);
}

void WriteFields(const SegmentRule& rule, ConfigWriter& writer) {
  writer.Always("d_lambda", rule.d_lambda).IfSet("frequency", rule.frequency);
}

void WriteFields(const Hook& hook, ConfigWriter& writer) {
  writer.Always("file", hook.file)
      .IfSet("at", hook.at)
      .IfSet("files", hook.files);
}

void WriteFields(const SimulationDebug& debug, ConfigWriter& writer) {
  writer.IfSet("netcons", debug.netcons).IfSet("sections", debug.sections);
}

void WriteFields(const Simulation& component, ConfigWriter& writer) {
  WriteModel(component, writer);
  writer.Always("t_end", component.t_end)
      .IfSet("dt", component.dt)
      .IfSet("v_init", component.v_init)
      .IfSet("celsius", component.celsius)
      .IfSet("secondorder", component.secondorder)
      .IfSet("stimulus", component.stimulus)
      .IfSet("clamps", component.clamps)
      .IfSet("lfp", component.lfp)
      .IfSet("record", component.record)
      .IfSet("hooks", component.hooks)
      .IfSet("gap_junctions", component.gap_junctions)
      .IfSet("python", component.python)
      .IfSet("debug", component.debug)
      .IfSet("checkpoint_interval", component.checkpoint_interval)
      .IfSet("start_from", component.start_from)
      .IfSet("save_checkpoint", component.save_checkpoint);
}

}  // namespace miv::client
