#include "common/neuroh5/edge_order.h"

#include "common/neuroh5/destination_blocks.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::neuroh5 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SortBySource, SortsWithinDestinationsAndKeepsPairs) {
  Edges edges;
  edges.dst_gids = {7, 9, 11};
  edges.offsets = {0, 3, 3, 5};
  edges.src_gids = {5, 2, 4, 1, 0};
  edges.attributes = {std::vector<float>{50, 20, 40, 10, 0},
                      std::vector<std::uint8_t>{5, 2, 4, 1, 0}};
  SortBySource(&edges);
  EXPECT_THAT(edges.src_gids, ElementsAre(2, 4, 5, 0, 1));
  EXPECT_THAT(std::get<std::vector<float>>(edges.attributes[0]),
              ElementsAre(20, 40, 50, 0, 10));
  EXPECT_THAT(std::get<std::vector<std::uint8_t>>(edges.attributes[1]),
              ElementsAre(2, 4, 5, 0, 1));
}

TEST(SortBySource, KeepsTheOrderOfMultapses) {
  Edges edges;
  edges.dst_gids = {1};
  edges.offsets = {0, 4};
  edges.src_gids = {3, 1, 3, 1};
  edges.attributes = {std::vector<std::uint32_t>{10, 20, 11, 21}};
  SortBySource(&edges);
  EXPECT_THAT(std::get<std::vector<std::uint32_t>>(edges.attributes[0]),
              ElementsAre(20, 21, 10, 11));
}

TEST(CutBlocks, BeginsANewBlockAfterAGap) {
  // neuroh5-format.md section 5: destinations 0, 1, 4, 5 -> DBI [0, 4].
  BlockState state;
  const auto blocks = CutBlocks({0, 1, 4, 5}, {3, 1, 5, 1}, 0, &state);
  EXPECT_THAT(blocks.index, ElementsAre(0, 4));
  EXPECT_THAT(blocks.pointer, ElementsAre(0, 2));
}

TEST(CutBlocks, BeginsANewBlockOnlyBeyondAMillionEdges) {
  BlockState state;
  const auto blocks = CutBlocks({0, 1, 2, 3}, {999999, 1, 1, 1}, 0, &state);
  // 0 and 1 make exactly 1,000,000, which is not more; 2 makes it more.
  EXPECT_THAT(blocks.index, ElementsAre(0, 3));
}

TEST(CutBlocks, ContinuesTheBlockOfAnEarlierCall) {
  BlockState state;
  CutBlocks({0, 1}, {1, 1}, 0, &state);
  EXPECT_THAT(CutBlocks({2, 3}, {1, 1}, 2, &state).index, IsEmpty());
  const auto later = CutBlocks({5}, {1}, 4, &state);
  EXPECT_THAT(later.index, ElementsAre(5));
  EXPECT_THAT(later.pointer, ElementsAre(4));
}

}  // namespace
}  // namespace miv::neuroh5
