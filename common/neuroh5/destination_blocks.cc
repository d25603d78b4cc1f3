#include "common/neuroh5/destination_blocks.h"

namespace miv::neuroh5 {

DestinationBlocks CutBlocks(absl::Span<const std::uint32_t> relative,
                            absl::Span<const std::uint64_t> counts,
                            std::uint64_t first_row, BlockState* state) {
  DestinationBlocks blocks;
  for (std::size_t i = 0; i < relative.size(); ++i) {
    if (!state->open || relative[i] > state->last + 1 ||
        state->edges > kBlockEdges) {
      blocks.index.push_back(relative[i]);
      blocks.pointer.push_back(first_row + i);
      state->edges = 0;
    }
    state->open = true;
    state->last = relative[i];
    state->edges += counts[i];
  }
  return blocks;
}

DestinationBlocks CutBlocksTogether(Team& team,
                                    absl::Span<const std::uint32_t> relative,
                                    absl::Span<const std::uint64_t> counts,
                                    std::uint64_t first_row) {
  DestinationBlocks mine;
  BlockState state;
  for (int r = 0; r < team.size(); ++r) {
    if (r == team.rank()) mine = CutBlocks(relative, counts, first_row, &state);
    if (r + 1 == team.size()) break;
    const auto turn = static_cast<std::size_t>(r);
    state.open = team.AllGather(state.open)[turn] != 0;
    state.last = static_cast<std::uint32_t>(team.AllGather(state.last)[turn]);
    state.edges = team.AllGather(state.edges)[turn];
  }
  return mine;
}

}  // namespace miv::neuroh5
