#pragma once

// Where the synapses of reduced cells go: such a cell has a section or two in
// place of its morphology, so the section of a synapse table means nothing.

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "worker/simulate/synapses/connection_plan.h"

namespace miv::simulate {

/// The sections of a reduced cell, by index.
struct ReducedLayout {
  /// The template's <class>_<layer>_list, by (SWC type, layer index).
  std::map<std::pair<int, int>, std::vector<std::uint32_t>> lists;
  int soma = -1;  ///< -1: it has none
  int dend = -1;
};

/// The rule of MiV-Simulator f279b9c (insert_cell_syns):
///  - a synapse whose type and layer have a list goes along it: the list moves
///    on to its next section, in turn, whenever the accumulated position
///    reaches 1; a change of list starts over;
///  - otherwise soma, axon, ais and hillock go to the soma, apical and basal to
///    the dendrite;
///  - otherwise the first section.
class ReducedSections final : public SectionChooser {
 public:
  /// swc_types, layers: of the cell's synapses; they outlive the object.
  ReducedSections(ReducedLayout layout,
                  absl::Span<const std::uint8_t> swc_types,
                  absl::Span<const std::int8_t> layers)
      : layout_(std::move(layout)), swc_types_(swc_types), layers_(layers) {}

  void StartSource() override;
  std::uint32_t SectionOf(std::size_t synapse, double x) override;

 private:
  std::uint32_t Along(std::vector<std::uint32_t>& list, double x);

  const ReducedLayout layout_;
  absl::Span<const std::uint8_t> swc_types_;
  absl::Span<const std::int8_t> layers_;

  std::map<std::pair<int, int>, std::vector<std::uint32_t>> lists_;
  std::pair<int, int> current_{-1, -1};
  double position_ = 0;
  double step_ = 0;
};

}  // namespace miv::simulate
