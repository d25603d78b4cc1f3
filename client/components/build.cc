#include "client/components/build.h"

namespace miv::client {

const char* ConfigName(LayerSource source) {
  return source == LayerSource::kColumn ? "column" : "depth";
}

const char* ConfigName(RotationOrder order) {
  return order == RotationOrder::kAllAxes ? "all_axes" : "last_axis";
}

const char* ConfigName(Distribution distribution) {
  return distribution == Distribution::kUniform ? "uniform" : "poisson";
}

const char* ConfigName(DensitySemantics semantics) {
  return semantics == DensitySemantics::kPerLayer ? "per_layer" : "last_layer";
}

const char* ConfigName(PointProcess process) {
  return process == PointProcess::kHomogeneous ? "homogeneous" : "original";
}

void WriteFields(const H5Types& component, ConfigWriter& writer) {
  writer.Always("cell_distributions", component.cell_distributions)
      .Always("projections", component.projections)
      .IfSet("population_definitions", component.population_definitions);
}

void WriteFields(const NetworkArchitecture& component, ConfigWriter& writer) {
  writer.IfSet("filepath", component.filepath)
      .IfSet("cell_distributions", component.cell_distributions)
      .IfSet("layer_extents", component.layer_extents)
      .IfSet("rotation", component.rotation)
      .IfSet("cell_constraints", component.cell_constraints)
      .IfSet("points", component.points)
      .IfSet("rotation_order", component.rotation_order)
      .IfSet("populations", component.populations)
      .IfSet("coordinate_namespace", component.coordinate_namespace)
      .IfSet("nodeiter", component.nodeiter)
      .IfSet("dispersion_delta", component.dispersion_delta)
      .IfSet("snap_delta", component.snap_delta)
      .IfSet("compat_sampling", component.compat_sampling);
}

void WriteFields(const MeasureDistances& component, ConfigWriter& writer) {
  writer.IfSet("filepath", component.filepath)
      .IfSet("cell_distributions", component.cell_distributions)
      .IfSet("layer_extents", component.layer_extents)
      .IfSet("rotation", component.rotation)
      .IfSet("origin", component.origin)
      .IfSet("populations", component.populations)
      .IfSet("coordinate_namespace", component.coordinate_namespace);
}

void WriteFields(const Morphology& morphology, ConfigWriter& writer) {
  writer.Always("file", morphology.file).IfSet("gids", morphology.gids);
}

void WriteFields(const GenerateSynapseForest& component, ConfigWriter& writer) {
  writer.IfSet("filepath", component.filepath)
      .IfSet("population", component.population)
      .IfSet("morphology", component.morphology)
      .IfSet("layer_from", component.layer_from)
      .IfSet("depth_axis", component.depth_axis)
      .IfSet("soma_layer", component.soma_layer)
      .IfSet("layer_extents", component.layer_extents)
      .IfSet("layer_definitions", component.layer_definitions);
}

void WriteFields(const DistributeSynapses& component, ConfigWriter& writer) {
  writer.IfSet("forest_filepath", component.forest_filepath)
      .IfSet("cell_types", component.cell_types)
      .IfSet("population", component.population)
      .IfSet("layer_definitions", component.layer_definitions)
      .IfSet("distribution", component.distribution)
      .IfSet("density_semantics", component.density_semantics)
      .IfSet("point_process", component.point_process)
      .IfSet("template_path", component.template_path)
      .IfSet("mechanisms_path", component.mechanisms_path);
}

void WriteFields(const GenerateConnections& component, ConfigWriter& writer) {
  writer.IfSet("filepath", component.filepath)
      .IfSet("forest_filepath", component.forest_filepath)
      .IfSet("population", component.population)
      .IfSet("axon_extents", component.axon_extents)
      .IfSet("synapses", component.synapses)
      .IfSet("population_definitions", component.population_definitions)
      .IfSet("layer_definitions", component.layer_definitions)
      .IfSet("include_forest_populations", component.include_forest_populations)
      .IfSet("allow_autapses", component.allow_autapses)
      .IfSet("distances_namespace", component.distances_namespace)
      .IfSet("synapses_namespace", component.synapses_namespace);
}

void WriteFields(const Neuroh5Graph& component, ConfigWriter& writer) {
  writer.IfSet("coordinates_alias", component.coordinates_alias);
}

}  // namespace miv::client
