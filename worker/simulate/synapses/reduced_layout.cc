#include "worker/simulate/synapses/reduced_layout.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace miv::simulate {
namespace {

/// Names of layers 0 to 9.
constexpr std::array<const char*, 10> kLayers = {
    "Hilus", "GCL", "IML", "MML", "OML", "SO", "SP", "SL", "SR", "SLM"};

/// Indices of the template's sections of this name.
std::vector<std::uint32_t> Indices(const ModelCell& cell,
                                   const std::string& name) {
  std::vector<std::uint32_t> indices;
  for (const neuron::SectionHandle section : cell.cell->Sections(name)) {
    const auto at =
        std::find(cell.sections.begin(), cell.sections.end(), section);
    if (at == cell.sections.end()) continue;
    indices.push_back(static_cast<std::uint32_t>(at - cell.sections.begin()));
  }
  return indices;
}

int First(const std::vector<std::uint32_t>& indices) {
  return indices.empty() ? -1 : static_cast<int>(indices.front());
}

}  // namespace

ReducedLayout ReducedLayoutOf(const ModelCell& cell) {
  ReducedLayout layout;
  layout.soma = First(Indices(cell, "soma"));
  layout.dend = First(Indices(cell, "dend"));
  for (const SectionClass& known : kSectionClasses) {
    for (std::size_t layer = 0; layer < kLayers.size(); ++layer) {
      auto list =
          Indices(cell, absl::StrCat(known.name, "_", kLayers[layer], "_list"));
      if (list.empty()) continue;
      layout.lists[{known.swc_type, static_cast<int>(layer)}] = std::move(list);
    }
  }
  return layout;
}

}  // namespace miv::simulate
