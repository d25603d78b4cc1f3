#include "worker/build/synapses/section_order.h"

#include <algorithm>

namespace miv::build {

std::vector<std::uint32_t> PlacementOrder(const CellGeometry& cell,
                                          std::uint8_t swc_type) {
  const auto in_class = [&](std::uint32_t section) {
    return cell.sections[section].swc_type == swc_type;
  };
  std::vector<std::vector<std::uint32_t>> children(cell.sections.size());
  std::vector<bool> is_child(cell.sections.size(), false);
  for (const SectionEdge& edge : cell.edges) {
    if (!in_class(edge.parent) || !in_class(edge.child)) continue;
    children[edge.parent].push_back(edge.child);
    is_child[edge.child] = true;
  }
  for (auto& list : children) std::sort(list.rbegin(), list.rend());
  std::vector<std::uint32_t> order, pending;
  for (std::uint32_t root = 0; root < cell.sections.size(); ++root) {
    if (!in_class(root) || is_child[root]) continue;
    pending = children[root];
    while (!pending.empty()) {
      const std::uint32_t next = pending.back();
      pending.pop_back();
      order.push_back(next);
      pending.insert(pending.end(), children[next].begin(),
                     children[next].end());
    }
    order.push_back(root);
  }
  return order;
}

}  // namespace miv::build
