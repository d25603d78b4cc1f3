#include "common/base/subprocess.h"

#include <gtest/gtest.h>

namespace miv {
namespace {

TEST(RunProcess, CollectsOutputAndExitCode) {
  const auto result = RunProcess({"sh", "-c", "cat; echo oops >&2; exit 3"},
                                 {.input = "hello"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->out, "hello");
  EXPECT_EQ(result->err, "oops\n");
}

TEST(RunProcess, PassesDirectoryAndEnvironment) {
  const auto result = RunProcess(
      {"sh", "-c", "echo $PWD $GREETING"},
      {.working_directory = "/usr", .environment = {{"GREETING", "hi"}}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->out, "/usr hi\n");
}

TEST(RunProcess, ReportsAnAbsentProgramAsNotFound) {
  EXPECT_EQ(RunProcess({"no-such-program-at-all"}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(RunProcess, KillsTheWholeGroupOnTimeout) {
  // The grandchild holds stdout open; only killing the group ends the wait.
  const auto result = RunProcess({"sh", "-c", "tail -f /dev/null & wait"},
                                 {.timeout = std::chrono::milliseconds(100)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->timed_out);
  EXPECT_EQ(result->exit_code, 128 + 9);
}

TEST(RunProcess, KillsTheWholeGroupWhenItIsAskedTo) {
  int questions = 0;
  const auto result = RunProcess({"sh", "-c", "tail -f /dev/null & wait"},
                                 {.stop = [&] { return ++questions == 3; }});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->stopped);
  EXPECT_FALSE(result->timed_out);
  EXPECT_EQ(result->exit_code, 128 + 9);
}

TEST(RunProcess, LetsAProgramEndThatNobodyStops) {
  const auto result =
      RunProcess({"sh", "-c", "exit 5"}, {.stop = [] { return false; }});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->stopped);
  EXPECT_EQ(result->exit_code, 5);
}

TEST(RunProcess, KeepsAtMostTheLimitOfOutput) {
  const auto result = RunProcess({"sh", "-c", "head -c 100000 /dev/zero"},
                                 {.output_limit = 10});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->out.size(), 10u);
}

}  // namespace
}  // namespace miv
