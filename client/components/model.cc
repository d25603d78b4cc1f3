#include "client/components/model.h"

namespace miv::client {

const char* ConfigName(SectionClass section) {
  constexpr const char* kNames[] = {"soma",  "axon", "basal", "apical",
                                    "trunk", "tuft", "ais",   "hillock"};
  return kNames[static_cast<int>(section)];
}

const char* ConfigName(SynapseType type) {
  constexpr const char* kNames[] = {"excitatory", "inhibitory", "modulatory"};
  return kNames[static_cast<int>(type)];
}

Json Parameter::ToJson() const {
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  if (const auto* expression = std::get_if<Expression>(&value_))
    return ToConfig(*expression);
  return nullptr;
}

void WriteFields(const AxonExtent& extent, ConfigWriter& writer) {
  writer.Always("width", extent.width).IfSet("offset", extent.offset);
}

void WriteFields(const Density& density, ConfigWriter& writer) {
  writer.IfSet("mean", density.mean).IfSet("variance", density.variance);
}

void WriteFields(const SynapseWeights& weights, ConfigWriter& writer) {
  writer.Always("namespace", weights.namespaces)
      .IfSet("expr", weights.expr)
      .IfSet("parameter", weights.parameter)
      .IfSet("const", weights.constants);
}

void WriteFields(const CellSynapses& synapses, ConfigWriter& writer) {
  writer.IfSet("density", synapses.density)
      .IfSet("last_layers", synapses.last_layers)
      .IfSet("unique", synapses.unique)
      .IfSet("weights", synapses.weights);
}

void WriteFields(const SpikeTrainSource& source, ConfigWriter& writer) {
  writer.Always("namespace", source.namespace_name)
      .Always("attribute", source.attribute);
}

void WriteFields(const CellType& type, ConfigWriter& writer) {
  writer.IfSet("template", type.template_name)
      .IfSet("template file", type.template_file)
      .IfSet("template class", type.template_class)
      .IfSet("mechanism", type.mechanism)
      .IfSet("synapses", type.synapses)
      .IfSet("spike train", type.spike_train);
}

void WriteFields(const Expression& expression, ConfigWriter& writer) {
  writer.Always("expr", expression.expr)
      .IfSet("parameter", expression.parameter)
      .IfSet("const", expression.constants);
}

void WriteFields(const Projection& projection, ConfigWriter& writer) {
  writer.IfSet("type", projection.type)
      .IfSet("sections", projection.sections)
      .IfSet("layers", projection.layers)
      .IfSet("proportions", projection.proportions)
      .IfSet("contacts", projection.contacts);
  // Both together are what the service refuses as MIXED_MECHANISMS.
  Json mechanisms = ToConfig(projection.mechanisms);
  mechanisms.update(ToConfig(projection.mechanisms_by_section));
  writer.IfSet("mechanisms", mechanisms);
}

}  // namespace miv::client
