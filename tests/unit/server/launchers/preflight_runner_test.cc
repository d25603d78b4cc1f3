#include "server/launchers/preflight_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/fault.h"
#include "common/base/files.h"
#include "tests/support/temp_directory.h"

namespace miv::server {
namespace {

using ::testing::HasSubstr;

/// A stand-in for miv-worker: a shell script that is called as
/// `worker --preflight SPEC --result RESULT`.
class PreflightTest : public testing::Test {
 protected:
  absl::StatusOr<nlohmann::json> Run(const std::string& script,
                                     double wall_s = 20) {
    const char* bin = std::getenv("MIV_BIN");
    const std::string directory = bin != nullptr ? bin : MIV_BINARY_DIR "/bin";
    EXPECT_TRUE(MakeDirectories(root_ / "bin").ok());
    EXPECT_TRUE(
        WriteFileAtomically(root_ / "bin/worker", "#!/bin/sh\n" + script, 0755)
            .ok());
    LocalPreflightRunner runner({.worker_path = root_ / "bin/worker",
                                 .shepherd_path = directory + "/miv-shepherd",
                                 .limits = {.wall_s = wall_s}});
    return runner.Run({.directory = root_ / "p", .spec = {{"check", "swc"}}});
  }

  test::TempDirectory root_{0711};
};

TEST_F(PreflightTest, PassesTheSpecAndReturnsTheResult) {
  const auto result =
      Run("test $1 = --preflight -a $3 = --result && "
          "echo made > library.so && "
          "sed s/swc/done/ $2 > $4");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, (nlohmann::json{{"check", "done"}}));
  EXPECT_EQ(ReadFile(root_ / "p/work/library.so").value(), "made\n");
}

TEST_F(PreflightTest, FailureCarriesTheEndOfStderr) {
  const absl::Status status = Run("echo boom >&2; exit 3").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(FaultOf(status)->reason, "PREFLIGHT_FAILED");
  EXPECT_EQ(FaultOf(status)->output, "boom");
  EXPECT_THAT(FaultOf(status)->what, HasSubstr("exited 3"));
}

TEST_F(PreflightTest, SuccessWithoutAResultIsAFailure) {
  EXPECT_EQ(Run("exit 0").status().code(), absl::StatusCode::kInternal);
}

TEST_F(PreflightTest, ResultThatIsALinkIsNotRead) {
  ASSERT_TRUE(WriteFileAtomically(root_ / "other.json", "{\"a\":1}").ok());
  EXPECT_EQ(Run("ln -s " + (root_ / "other.json") + " $4").status().code(),
            absl::StatusCode::kInternal);
}

TEST_F(PreflightTest, TooLongIsDeadlineExceeded) {
  const absl::Status status = Run("sleep 1000", 0.2).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(FaultOf(status)->reason, "PREFLIGHT_TIMEOUT");
}

TEST(FakePreflightRunner, AnswersInOrderAndRemembersTheRequests) {
  FakePreflightRunner fake;
  fake.AnswerNext(nlohmann::json{{"n", 1}});
  fake.AnswerNext(absl::InternalError("no"));
  EXPECT_EQ(fake.Run({.directory = "/a"})->at("n"), 1);
  EXPECT_EQ(fake.Run({.directory = "/b"}).status().code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(*fake.Run({.directory = "/c"}), nlohmann::json::object());
  ASSERT_EQ(fake.requests().size(), 3u);
  EXPECT_EQ(fake.requests()[1].directory, "/b");
}

}  // namespace
}  // namespace miv::server
