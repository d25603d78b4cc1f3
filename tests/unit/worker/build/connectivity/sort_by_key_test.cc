#include "worker/build/connectivity/sort_by_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "common/base/keyed_rng.h"

namespace miv::build {
namespace {

TEST(SortByKey, SortsShortAndLongListsAlike) {
  for (const std::uint32_t n : {0u, 1u, 50u, 199u, 200u, 5000u}) {
    for (const std::uint32_t range : {1u, 7u, 4000u, 4294967295u}) {
      KeyedRng rng(n, "sort test", range);
      std::vector<std::uint64_t> items, scratch;
      for (std::uint32_t i = 0; i < n; ++i)
        items.push_back(KeyedItem(rng.Below(range), i));
      std::vector<std::uint64_t> expected = items;
      std::sort(expected.begin(), expected.end());
      SortByKey(items, scratch);
      EXPECT_EQ(items, expected) << n << " of " << range;
    }
  }
}

TEST(SortableBits, KeepsTheOrderOfFloats) {
  const float values[] = {-1e30f, -2, -1e-40f, 0, 1e-40f, 0.5f, 1, 3e38f};
  for (std::size_t i = 1; i < std::size(values); ++i)
    EXPECT_LT(SortableBits(values[i - 1]), SortableBits(values[i]));
}

TEST(KeyedItem, KeepsItsParts) {
  EXPECT_EQ(KeyOf(KeyedItem(7, 4000000000u)), 7u);
  EXPECT_EQ(ValueOf(KeyedItem(7, 4000000000u)), 4000000000u);
}

}  // namespace
}  // namespace miv::build
