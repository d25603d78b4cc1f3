#include "common/pipeline/step_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(StepGraph, OrdersDependenciesFirstAndElseAsGiven) {
  // 0 uses 3; 1 is free; 2 uses 1 and 0; 3 is free.
  const auto graph =
      StepGraph::Create({"a", "b", "c", "d"}, {{3}, {}, {1, 0}, {}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_THAT(graph->order(), ElementsAre(3, 0, 1, 2));
}

TEST(StepGraph, LevelsAreNearestFirst) {
  // d uses c and b; c uses b and a; b uses a.
  const auto graph =
      StepGraph::Create({"a", "b", "c", "d"}, {{}, {0}, {1, 0}, {2, 1}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_THAT(graph->Levels(3), ElementsAre(ElementsAre(2, 1), ElementsAre(0)));
  EXPECT_THAT(graph->Upstream(3), ElementsAre(2, 1, 0));
  EXPECT_THAT(graph->Levels(0), IsEmpty());
}

TEST(StepGraph, CycleIsPrintedFromItsFirstStep) {
  const auto status =
      StepGraph::Create({"x", "a", "b", "c"}, {{1}, {2}, {3}, {1}}).status();
  EXPECT_EQ(status.message(),
            "steps.a.uses: the steps depend on each other: a -> b -> c -> a. "
            "Remove one of them from `uses`.");
  EXPECT_EQ(FaultOf(status)->reason, "USES_CYCLE");
}

TEST(StepGraph, StepThatUsesItselfIsACycle) {
  EXPECT_EQ(FaultOf(StepGraph::Create({"a"}, {{0}}).status())->what,
            "the steps depend on each other: a -> a");
}

}  // namespace
}  // namespace miv::pipeline
