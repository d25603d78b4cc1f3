#include "worker/simulate/neuron/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "tests/neuron/shared_engine.h"

namespace miv::simulate::neuron {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Engine, StartsWithTheVersionItWasBuiltFor) {
  EXPECT_THAT(SharedEngine().version(), StartsWith("8.2"));
}

TEST(Engine, RefusesToStartTwice) {
  SharedEngine();
  const auto second = Engine::Start({.under_mpi = false});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Engine, ReturnsAHocErrorWithNeuronsText) {
  const absl::Status status =
      SharedEngine().Execute("{execerror(\"the axle\", \"is broken\")}\n");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(FaultOf(status)->output, HasSubstr("the axle is broken"));
}

TEST(Engine, ReturnsASyntaxErrorAndStaysUsable) {
  EXPECT_FALSE(SharedEngine().Execute("x = = 3\n").ok());
  ASSERT_TRUE(SharedEngine().Execute("miv_x = 3\n").ok());
  EXPECT_EQ(*SharedEngine().Global("miv_x"), 3);
}

TEST(Engine, CapturesWhatTheModelPrints) {
  SharedEngine().TakeOutput();
  ASSERT_TRUE(SharedEngine().Execute("print \"hello from hoc\"\n").ok());
  EXPECT_THAT(SharedEngine().TakeOutput(), HasSubstr("hello from hoc"));
  EXPECT_EQ(SharedEngine().TakeOutput(), "");
}

TEST(Engine, SetsGlobalsAndNamesUnknownOnes) {
  ASSERT_TRUE(SharedEngine().SetGlobal("celsius", 31).ok());
  EXPECT_EQ(*SharedEngine().Global("celsius"), 31);
  EXPECT_EQ(SharedEngine().Global("no_such_global").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(Engine, IgnoresTheImportThatTemplatesMake) {
  EXPECT_TRUE(SharedEngine().Execute("{nrnpython(\"import numpy\")}\n").ok());
}

TEST(Engine, RefusesPythonStatementsInsteadOfSkippingThem) {
  const absl::Status status =
      SharedEngine().Execute("{nrnpython(\"x = 3\")}\n");
  EXPECT_THAT(FaultOf(status)->output, HasSubstr("needs Python"));
}

}  // namespace
}  // namespace miv::simulate::neuron
