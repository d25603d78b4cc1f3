#include "worker/simulate/neuron/compile/hidden_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::simulate::neuron {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kBlock[] = "NEURON { POINT_PROCESS Noise RANGE g }\n";

TEST(HiddenState, OfAnOrdinaryMechanismThereIsNone) {
  EXPECT_THAT(HiddenState("NEURON { SUFFIX pas2 RANGE g }\n"
                          "ASSIGNED { past }\nSTATE { m }\n"),
              IsEmpty());
}

TEST(HiddenState, LiesBehindPointers) {
  EXPECT_THAT(HiddenState("NEURON {\n POINT_PROCESS S\n POINTER other\n"
                          " BBCOREPOINTER rng : not POINTER this\n}\n"),
              ElementsAre("POINTER other", "BBCOREPOINTER rng"));
}

TEST(HiddenState, LiesInGenerators) {
  EXPECT_THAT(HiddenState("NEURON { SUFFIX S RANDOM r }\n"),
              ElementsAre("RANDOM r"));
  EXPECT_THAT(
      HiddenState(std::string(kBlock) + "BREAKPOINT { x = normrand(0, 1) }\n"),
      ElementsAre("normrand()"));
  EXPECT_THAT(HiddenState(std::string(kBlock) +
                          "PROCEDURE p() {\nVERBATIM\n"
                          "  x = nrn_random_pick(_p_r);\nENDVERBATIM\n}\n"),
              ElementsAre("VERBATIM with nrn_random_pick"));
}

TEST(HiddenState, LiesInMemoryOfVerbatimBlocks) {
  EXPECT_THAT(HiddenState(std::string(kBlock) +
                          "VERBATIM\nstatic int calls = 0;\n"
                          "/* static int old; */ // malloc\nENDVERBATIM\n"),
              ElementsAre("VERBATIM with static"));
  EXPECT_THAT(HiddenState(std::string(kBlock) +
                          "VERBATIM\n  p = malloc(8);\nENDVERBATIM\n"),
              ElementsAre("VERBATIM with malloc"));
}

TEST(HiddenState, IsNotInFunctionsOfVerbatimBlocks) {
  EXPECT_THAT(HiddenState(std::string(kBlock) +
                          "VERBATIM\nstatic double half(double x) {\n"
                          "  return x / 2; }\nENDVERBATIM\n"),
              IsEmpty());
}

TEST(HiddenState, IsKeptByBbsavestate) {
  EXPECT_THAT(HiddenState("NEURON { POINT_PROCESS S POINTER r }\n"
                          "FUNCTION bbsavestate() { bbsavestate = 0 }\n"),
              IsEmpty());
}

TEST(HiddenState, IsPlayedAgainByCellsThatPlay) {
  const std::string cell =
      "NEURON { ARTIFICIAL_CELL V BBCOREPOINTER list }\nPROCEDURE play() {\n"
      "VERBATIM\n  *p = vector_arg(1);\nENDVERBATIM\n}\n";
  EXPECT_THAT(HiddenState(cell), IsEmpty());
  EXPECT_THAT(HiddenState(cell + "FUNCTION f() { f = scop_random() }\n"),
              ElementsAre("BBCOREPOINTER list", "scop_random()"));
}

TEST(HiddenState, IsListedByMechanismAndFile) {
  ModSources sources;
  sources.files = {
      {.path = "a/quiet.mod", .mechanism = "Quiet", .text = "NEURON { }"},
      {.path = "a/s.mod",
       .mechanism = "S",
       .text = "NEURON { POINT_PROCESS S POINTER p RANDOM r }"}};
  EXPECT_THAT(MechanismsWithHiddenState(sources),
              ElementsAre("S (a/s.mod): POINTER p, RANDOM r"));
}

}  // namespace
}  // namespace miv::simulate::neuron
