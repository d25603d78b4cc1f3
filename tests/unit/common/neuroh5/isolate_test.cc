#include "common/neuroh5/isolate.h"

#include <signal.h>

#include "common/base/fault.h"
#include "gtest/gtest.h"

namespace miv::neuroh5 {
namespace {

TEST(RunIsolated, ReturnsWhatTheChildReturns) {
  const std::string large(1 << 20, 'x');  // more than a pipe holds
  EXPECT_EQ(RunIsolated("f", [&] { return large; }).value(), large);
}

TEST(RunIsolated, TurnsACrashIntoAStatus) {
  const auto result = RunIsolated("model.h5", [] {
    raise(SIGSEGV);
    return std::string("not reached");
  });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(FaultOf(result.status())->file, "model.h5");
  EXPECT_EQ(FaultOf(result.status())->found, "signal 11");
}

TEST(RunIsolated, KeepsChangesOfTheChildAway) {
  int value = 1;
  ASSERT_TRUE(RunIsolated("f", [&value] {
                value = 2;
                return std::string();
              }).ok());
  EXPECT_EQ(value, 1);
}

}  // namespace
}  // namespace miv::neuroh5
