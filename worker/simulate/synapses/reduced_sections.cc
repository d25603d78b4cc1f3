#include "worker/simulate/synapses/reduced_sections.h"

#include <algorithm>

namespace miv::simulate {

void ReducedSections::StartSource() {
  lists_ = layout_.lists;
  current_ = {-1, -1};
  position_ = 0;
  step_ = 0;
}

std::uint32_t ReducedSections::Along(std::vector<std::uint32_t>& list,
                                     double x) {
  if (position_ >= 1) {
    std::rotate(list.begin(), list.begin() + 1, list.end());
    position_ = 0;
    step_ = 0;
  }
  step_ = x - step_;
  position_ += step_;
  return list.front();
}

std::uint32_t ReducedSections::SectionOf(std::size_t synapse, double x) {
  const int type = swc_types_[synapse];
  const std::pair<int, int> key{type, layers_[synapse]};
  if (key != current_) {
    current_ = key;
    position_ = 0;
    step_ = 0;
  }
  const auto list = lists_.find(key);
  if (list != lists_.end() && !list->second.empty()) {
    return Along(list->second, x);
  }
  const bool dendrite = type == 3 || type == 4;
  const int section = dendrite ? layout_.dend : layout_.soma;
  return static_cast<std::uint32_t>(std::max(section, 0));
}

}  // namespace miv::simulate
