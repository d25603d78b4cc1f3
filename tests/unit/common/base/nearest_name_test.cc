#include "common/base/nearest_name.h"

#include <gtest/gtest.h>

namespace miv {
namespace {

const std::vector<std::string> kKeys = {"morphology", "population", "filepath"};

TEST(NearestName, FindsTheMisspelledName) {
  EXPECT_EQ(NearestName("morfology", kKeys), "morphology");
  EXPECT_EQ(NearestName("Populatoin", kKeys), "population");
}

TEST(NearestName, FindsNothingForAnUnrelatedName) {
  EXPECT_EQ(NearestName("seed", kKeys), "");
}

TEST(SuggestName, ListsTheKnownNamesWhenNoneIsClose) {
  EXPECT_EQ(SuggestName("seed", kKeys),
            "Known: morphology, population, filepath.");
  EXPECT_EQ(SuggestName("filepaht", kKeys), "Did you mean \"filepath\"?");
}

}  // namespace
}  // namespace miv
