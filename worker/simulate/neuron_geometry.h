#pragma once

// The geometry of cells as their own templates lay them out.

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "worker/build/steps/geometry_provider.h"
#include "worker/simulate/cells/model_cell.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/templates.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// The geometry of a cell that a template made from `tree`.
/// Errors: InvalidArgument TEMPLATE_GEOMETRY if the template changed the number
/// of sections or points.
absl::StatusOr<build::CellGeometry> GeometryOfCell(const ModelCell& cell,
                                                   const neuroh5::Tree& tree);

/// Instantiates one cell per question, reads it, and removes it.
class NeuronGeometryProvider final : public worker::GeometryProvider {
 public:
  /// templates: directory with NAME.hoc for every template.  The engine, with
  /// the model's mechanisms loaded, outlives the provider.
  NeuronGeometryProvider(neuron::Engine& engine, worker::StepInput templates)
      : engine_(engine), templates_(std::move(templates)) {}

  /// A section's class is the list of the template that it is in; a section in
  /// no list has the SWC type of its last point.
  /// Errors: also InvalidArgument if the template changes the number of
  /// sections or points, so that synapses could not refer to them.
  absl::StatusOr<build::CellGeometry> GeometryOf(
      const std::string& population, const std::string& template_name,
      const neuroh5::Tree& tree) override;

 private:
  neuron::Engine& engine_;
  worker::StepInput templates_;
};

}  // namespace miv::simulate
