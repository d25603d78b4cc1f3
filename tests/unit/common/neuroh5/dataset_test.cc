#include "common/neuroh5/dataset.h"

#include "gtest/gtest.h"

namespace miv::neuroh5 {
namespace {

// By hand: 32 whole chunks of 4000 hold 128,000 elements, and the rest of less
// than a chunk lies in a 33rd one.
TEST(ChunkElements, DoublesAfterThirtyTwoChunks) {
  EXPECT_EQ(ChunkElements(0), 4000u);
  EXPECT_EQ(ChunkElements(131'999), 4000u);
  EXPECT_EQ(ChunkElements(132'000), 8000u);
  EXPECT_EQ(ChunkElements(1'000'000), 32'000u);
}

TEST(ChunkElements, EndsAtAMillion) {
  EXPECT_EQ(ChunkElements(10'000'000'000), 1'024'000u);
}

}  // namespace
}  // namespace miv::neuroh5
