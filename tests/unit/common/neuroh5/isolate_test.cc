#include "common/neuroh5/isolate.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "common/base/fault.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"

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
  EXPECT_EQ(FaultOf(result.status())->found, "signal 11 (Segmentation fault)");
  EXPECT_EQ(FaultOf(result.status())->reason, "HDF5_CRASH");
}

// A loop that libhdf5 might enter on damaged links.
TEST(RunIsolated, EndsWorkThatComesToNoEnd) {
  const auto result =
      RunIsolated("model.h5", {.time = std::chrono::milliseconds(50)}, [] {
        for (;;) pause();
        return std::string("not reached");
      });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(FaultOf(result.status())->reason, "HDF5_TIMEOUT");
  EXPECT_EQ(FaultOf(result.status())->file, "model.h5");
  EXPECT_EQ(FaultOf(result.status())->found, "no result after 0.05 s");
}

TEST(RunIsolated, LimitsTheMemoryThatAFileCanClaim) {
  const IsolationLimits limits = {.time = std::chrono::seconds(10),
                                  .memory_bytes = 64 << 20};
  const auto claim = [](std::size_t bytes) {
    return [bytes] { return std::to_string(std::string(bytes, 'x').size()); };
  };
  EXPECT_EQ(RunIsolated("f", limits, claim(32 << 20)).value(), "33554432");
  const auto refused = RunIsolated("f", limits, claim(std::size_t{1} << 30));
  EXPECT_EQ(FaultOf(refused.status())->reason, "HDF5_MEMORY");
  EXPECT_EQ(FaultOf(refused.status())->found, "more than 64 MiB to read it");
}

// 60 s and 1 GiB, then 10 MB/s and twice the file's bytes.
TEST(LimitsFor, GrowWithTheFile) {
  const test::TempDirectory directory;
  const std::string path = directory / "sparse.h5";
  std::ofstream(path).put('x');
  ASSERT_EQ(truncate(path.c_str(), 1'000'000'000), 0);
  EXPECT_EQ(LimitsFor(path).time, std::chrono::seconds(160));
  EXPECT_EQ(LimitsFor(path).memory_bytes, 1'073'741'824u + 2'000'000'000u);
  EXPECT_EQ(LimitsFor("/absent").time, std::chrono::seconds(60));
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
