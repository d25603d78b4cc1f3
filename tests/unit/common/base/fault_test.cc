#include "common/base/fault.h"

#include <gtest/gtest.h>

namespace miv {
namespace {

Fault Example() {
  Fault f;
  f.reason = "BAD_PROPORTION";
  f.file = "synapses.yml";
  f.line = 7;
  f.field = "synapses.PYR";
  f.what = "proportions do not sum to 1";
  f.expected = "1";
  f.found = "0.9";
  f.remedy = "Change one of them.";
  return f;
}

TEST(Fault, ReadsAsOneSentenceWithPlaceAndRemedy) {
  EXPECT_EQ(InvalidInput(Example()).message(),
            "synapses.yml:7: synapses.PYR: proportions do not sum to 1; "
            "expected 1, found 0.9. Change one of them.");
}

TEST(Fault, LeavesOutAbsentParts) {
  Fault f;
  f.what = "no such step";
  EXPECT_EQ(InvalidInput(f).message(), "no such step");
}

TEST(Fault, SurvivesInTheStatus) {
  const auto back = FaultOf(InvalidInput(Example()));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->reason, "BAD_PROPORTION");
  EXPECT_EQ(back->line, 7);
  EXPECT_EQ(back->found, "0.9");
}

TEST(FaultOf, IsEmptyForOtherErrors) {
  EXPECT_FALSE(FaultOf(absl::InternalError("x")).has_value());
}

TEST(WithContext, FillsWhatIsMissingAndKeepsTheRest) {
  Fault outer;
  outer.step = "synapses_PYR";
  outer.file = "pipeline.yaml";
  outer.line = 99;
  const auto status = WithContext(InvalidInput(Example()), outer);
  const auto fault = FaultOf(status);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(fault->step, "synapses_PYR");
  EXPECT_EQ(fault->file, "synapses.yml");
  EXPECT_EQ(fault->line, 7);
}

TEST(FaultJson, HoldsEveryPart) {
  const Fault fault = Example();
  const Fault back = FaultFromJson(FaultToJson(fault));
  EXPECT_EQ(back.reason, fault.reason);
  EXPECT_EQ(back.field, fault.field);
  EXPECT_EQ(back.line, fault.line);
  EXPECT_EQ(back.remedy, fault.remedy);
  EXPECT_EQ(back.gid, fault.gid);
}

TEST(FaultJson, LeavesOutPartsOfAnotherType) {
  const Fault fault = FaultFromJson(
      R"({"what": ["x"], "line": "7", "gid": 12, "reason": "SOME_REASON"})");
  EXPECT_EQ(fault.what, "");
  EXPECT_EQ(fault.line, 0);
  EXPECT_EQ(fault.gid, 12);
  EXPECT_EQ(fault.reason, "SOME_REASON");
}

TEST(FaultJson, OfTextThatIsNotAnObjectIsEmpty) {
  EXPECT_EQ(FaultFromJson("[1]").what, "");
  EXPECT_EQ(FaultFromJson("{").reason, "");
}

}  // namespace
}  // namespace miv
