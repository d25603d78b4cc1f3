#include "client/components/other.h"

namespace miv::client {

const char* ConfigName(Directions directions) {
  return directions == Directions::kBoth ? "both" : "one";
}

const char* ConfigName(Interpolation interpolation) {
  return interpolation == Interpolation::kLinear ? "linear" : "step";
}

void WriteFields(const GapJunctions& component, ConfigWriter& writer) {
  writer.IfSet("filepath", component.filepath)
      .IfSet("locations", component.locations)
      .IfSet("connection_probabilities", component.connection_probabilities)
      .IfSet("connection_weights", component.connection_weights)
      .IfSet("connection_bounds", component.connection_bounds)
      .IfSet("coupling_coefficients", component.coupling_coefficients)
      .IfSet("coupling_weights", component.coupling_weights)
      .IfSet("coupling_bounds", component.coupling_bounds)
      .IfSet("directions", component.directions)
      .IfSet("coordinate_namespace", component.coordinate_namespace);
}

void WriteFields(const RateProfile& profile, ConfigWriter& writer) {
  writer.Always("times", profile.times)
      .Always("rates", profile.rates)
      .IfSet("interpolation", profile.interpolation);
}

void WriteFields(const Modulation& modulation, ConfigWriter& writer) {
  writer.Always("frequency", modulation.frequency)
      .Always("depth", modulation.depth)
      .IfSet("phase", modulation.phase);
}

void WriteFields(const InputEntry& entry, ConfigWriter& writer) {
  writer.IfSet("population", entry.population)
      .IfSet("gids", entry.gids)
      .IfSet("rate", entry.rate)
      .IfSet("profile", entry.profile)
      .IfSet("trains", entry.trains)
      .IfSet("modulation", entry.modulation)
      .IfSet("start", entry.start)
      .IfSet("stop", entry.stop)
      .IfSet("refractory", entry.refractory);
}

void WriteFields(const Trials& trials, ConfigWriter& writer) {
  writer.IfSet("n", trials.n).Always("duration", trials.duration);
}

void WriteFields(const InputSpikes& component, ConfigWriter& writer) {
  writer.IfSet("filepath", component.filepath)
      .Always("inputs", component.inputs)
      .Always("trials", component.trials)
      .IfSet("equilibration", component.equilibration)
      .IfSet("refractory", component.refractory)
      .IfSet("namespace", component.namespace_name)
      .IfSet("attribute", component.attribute);
}

void WriteFields(const Import& component, ConfigWriter& writer) {
  writer.Always("file", component.file)
      .IfSet("stands_for", component.stands_for)
      .IfSet("population", component.population)
      .IfSet("gids", component.gids)
      .IfSet("layer_from", component.layer_from)
      .IfSet("depth_axis", component.depth_axis)
      .IfSet("soma_layer", component.soma_layer)
      .IfSet("layer_extents", component.layer_extents)
      .IfSet("layer_definitions", component.layer_definitions);
}

void WriteFields(const Script& component, ConfigWriter& writer) {
  writer.Always("program", component.program)
      .IfSet("interpreter", component.interpreter)
      .IfSet("args", component.args)
      .IfSet("inputs", component.inputs)
      .IfSet("outputs", component.outputs)
      .IfSet("stands_for", component.stands_for)
      .IfSet("population", component.population)
      .IfSet("environment", component.environment)
      .IfSet("timeout_s", component.timeout_s);
}

void WriteFields(const Verify& component, ConfigWriter& writer) {
  writer.IfSet("cells", component.cells)
      .IfSet("connections", component.connections);
}

void WriteFields(const Network& component, ConfigWriter& writer) {
  writer.IfSet("config_filepath", component.config_filepath)
      .IfSet("config", component.config)
      .IfSet("template_path", component.template_path)
      .IfSet("mechanisms_path", component.mechanisms_path)
      .IfSet("morphology_path", component.morphology_path)
      .IfSet("populations", component.populations)
      .IfSet("projections", component.projections)
      .IfSet("options", component.options)
      .IfSet("recording_profile", component.recording_profile);
}

}  // namespace miv::client
