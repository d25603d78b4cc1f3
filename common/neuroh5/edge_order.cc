#include "common/neuroh5/edge_order.h"

#include <algorithm>
#include <cstring>

namespace miv::neuroh5 {
namespace {

// A source above the position of its edge within the destination: sorting these
// numbers sorts by source and keeps the order of equal ones.
std::uint64_t Key(std::uint32_t source, std::size_t position) {
  return (std::uint64_t{source} << 32) | position;
}
std::size_t PositionOf(std::uint64_t key) { return key & 0xffffffffu; }

// part[i] = old part[position of keys[i]].
template <typename T>
void Permute(const std::vector<std::uint64_t>& keys, T* part,
             std::vector<char>* scratch) {
  scratch->resize(keys.size() * sizeof(T));
  std::memcpy(scratch->data(), part, scratch->size());
  for (std::size_t i = 0; i < keys.size(); ++i)
    std::memcpy(&part[i], scratch->data() + PositionOf(keys[i]) * sizeof(T),
                sizeof(T));
}

}  // namespace

void SortBySource(Edges* edges) {
  std::vector<std::uint64_t> keys;
  std::vector<char> scratch;
  for (std::size_t i = 0; i < edges->dst_gids.size(); ++i) {
    const std::uint64_t first = edges->offsets[i];
    const std::size_t count = edges->offsets[i + 1] - first;
    std::uint32_t* const sources = edges->src_gids.data() + first;
    if (std::is_sorted(sources, sources + count)) continue;
    keys.clear();
    for (std::size_t e = 0; e < count; ++e) keys.push_back(Key(sources[e], e));
    std::sort(keys.begin(), keys.end());
    for (Values& values : edges->attributes)
      std::visit([&](auto& v) { Permute(keys, v.data() + first, &scratch); },
                 values);
    Permute(keys, sources, &scratch);
  }
}

}  // namespace miv::neuroh5
