#include "server/estimates/amounts.h"

#include <gmock/gmock.h>

namespace miv::server {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(AmountsOfReport, SumsOverRanks) {
  EXPECT_THAT(
      AmountsOfReport(json::parse(
          R"({"cells": [2, 3], "edges": [10, 20, 30], "steps": 400,
                      "cpu_s": [1.5], "celsius": 34})")),
      ElementsAre(Pair("cells", 5), Pair("edges", 60), Pair("steps", 400)));
}

TEST(AmountsOfReport, LeavesOutWhatIsNoAmount) {
  EXPECT_THAT(AmountsOfReport(json::parse(
                  R"({"cells": "many", "edges": [1, "two"], "steps": -1,
                      "moves": {"a": 1}, "bytes": null})")),
              IsEmpty());
  EXPECT_THAT(AmountsOfReport(json::parse("[1, 2]")), IsEmpty());
  EXPECT_THAT(AmountsOfReport(json()), IsEmpty());
}

TEST(AmountOf, IsZeroForAMissingUnit) {
  EXPECT_EQ(AmountOf({{"cells", 3}}, "edges"), 0);
  EXPECT_EQ(AmountOf({{"cells", 3}}, "cells"), 3);
}

}  // namespace
}  // namespace miv::server
