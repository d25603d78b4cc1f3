#include "common/verify/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/verify/expectations.h"

namespace miv::verify {
namespace {

using ::testing::HasSubstr;

Check Statistical(double p) {
  Check check;
  check.name = "synapse_count";
  check.subject = "PYR";
  check.p = p;
  return check;
}

TEST(JudgeStatistics, SharesTheAlarmRateAmongTheTests) {
  Report report;
  for (int i = 0; i < 8; ++i) report.checks.push_back(Statistical(0.5));
  report.checks.push_back(Statistical(1.1e-5));
  report.checks.push_back(Statistical(0.9e-5));
  report.checks.push_back(Check{.name = "synapse_ids"});
  JudgeStatistics(report);
  EXPECT_EQ(report.tests, 10u);  // 1e-4 / 10 each
  EXPECT_EQ(report.checks[8].verdict, Verdict::kPass);
  EXPECT_EQ(report.checks[9].verdict, Verdict::kFail);
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.Count(Verdict::kFail), 1u);
}

TEST(ToJson, HasEveryPart) {
  Report report;
  Check check{.name = "autapses", .subject = "PYR->PYR", .expected = "none"};
  check.verdict = Verdict::kFail;
  check.offences = 1;
  check.offenders = {{12, 3, "text"}};
  report.checks.push_back(check);
  EXPECT_EQ(ToJson(report), nlohmann::json::parse(R"({"verdict": "fail",
      "alpha": 0.0, "tests": 0, "counts": {"pass": 0, "fail": 1, "skipped": 0},
      "checks": [{"name": "autapses", "subject": "PYR->PYR",
        "expected": "none", "observed": "", "z": null, "p": null,
        "difference": null, "verdict": "fail", "reason": "", "offences": 1,
        "offenders": [{"gid": 12, "syn_id": 3, "text": "text"}]}]})"));
  EXPECT_THAT(FailuresText(report), HasSubstr("gid 12 syn_id 3 text"));
}

TEST(ExpectationsFromJson, KnowsNothingOfNothing) {
  EXPECT_FALSE(ExpectationsFromJson(nullptr)->types_known);
  EXPECT_TRUE(
      ExpectationsFromJson(nlohmann::json::object())->connections.empty());
}

TEST(ExpectationsFromJson, RefusesAnotherForm) {
  EXPECT_EQ(ExpectationsFromJson({{"types", 3}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ExpectationsFromJson({{"synapses", {{"PYR", {{"a", 1}}}}}})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace miv::verify
