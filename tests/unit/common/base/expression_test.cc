#include "common/base/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace miv {
namespace {

using ::testing::HasSubstr;

double Value(const char* text, double delay = 2) {
  const auto parsed =
      Expression::Parse(text, {"delay", "x"}, {{"a", 3}, {"b", 0.5}});
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? parsed->Evaluate(delay) : NAN;
}

TEST(Expression, FollowsPrecedence) {
  EXPECT_EQ(Value("1 + 2 * 3"), 7);
  EXPECT_EQ(Value("(1 + 2) * 3"), 9);
  EXPECT_EQ(Value("2 * 3 ** 2"), 18);
  EXPECT_EQ(Value("-2 ** 2"), -4);
  EXPECT_EQ(Value("2 ** -1"), 0.5);
  EXPECT_EQ(Value("2 ^ 3 ^ 2"), 512);
  EXPECT_EQ(Value("8 / 4 / 2"), 1);
  EXPECT_EQ(Value("5 - 3 - 1"), 1);
}

TEST(Expression, KnowsTheVariableAndTheConstants) {
  EXPECT_EQ(Value("a * delay + b", 4), 12.5);
  EXPECT_EQ(Value("a * x + b", 4), 12.5);
  EXPECT_EQ(Value("x + delay", 4), 8);
}

TEST(Expression, KnowsFunctions) {
  EXPECT_EQ(Value("exp(-delay)", 2), std::exp(-2.0));
  EXPECT_EQ(Value("log(a)"), std::log(3.0));
  EXPECT_EQ(Value("sqrt(4) + abs(-1)"), 3);
}

TEST(Expression, ReadsExponents) { EXPECT_EQ(Value("1.5e-3 * 2"), 3e-3); }

TEST(Expression, SaysWhereItStoppedUnderstanding) {
  for (const char* text :
       {"", "1 +", "(1", "c * 2", "sin(1)", "1 2", "2 $ 3", "1..2", "exp 2"}) {
    const auto parsed = Expression::Parse(text, {"delay"}, {});
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument)
        << text;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("character"))
        << text;
  }
}

TEST(Expression, RefusesEndlessNesting) {
  EXPECT_FALSE(Expression::Parse(std::string(10000, '('), {"delay"}, {}).ok());
}

}  // namespace
}  // namespace miv
