#include "client/fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "client/content.h"
#include "common/base/digest.h"
#include "common/base/directory_manifest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "tests/unit/client/fake_server.h"

namespace miv::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FetchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = JoinPath(
        ::testing::TempDir(),
        std::string("fetch_") +
            ::testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_TRUE(RemoveTree(directory_).ok());
    job_.set_id("j1");
    AddOutput(AddTask("graph"), "cells.h5", "cells");
    AddTask("run")->set_state(v1::TASK_STATE_RUNNING);
  }

  v1::Task* AddTask(const std::string& step) {
    auto* task = job_.add_tasks();
    task->set_step(step);
    task->set_state(v1::TASK_STATE_SUCCEEDED);
    return task;
  }

  void AddOutput(v1::Task* task, const std::string& name,
                 const std::string& bytes) {
    auto* output = task->add_outputs();
    output->set_name(name);
    output->set_digest(server_.artifacts.Put(bytes));
    output->set_size(static_cast<std::int64_t>(bytes.size()));
  }

  absl::StatusOr<std::vector<FetchedFile>> Run(const std::string& step = "") {
    return Fetch(*connection_, job_,
                 {.step = step,
                  .directory = directory_,
                  .progress = [this](const auto& p) { progress_ = p; }});
  }

  FakeServer server_;
  std::unique_ptr<Connection> connection_ = server_.Connect();
  v1::Job job_;
  std::string directory_;
  TransferProgress progress_;
};

TEST_F(FetchTest, WritesStepAndName) {
  AddOutput(AddTask("types"), "neuro.h5", "types");
  const auto files = Run();
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(*files, SizeIs(2));
  EXPECT_EQ(*ReadFile(directory_ + "/graph/cells.h5"), "cells");
  EXPECT_EQ(*ReadFile(directory_ + "/types/neuro.h5"), "types");
  EXPECT_EQ(progress_.done_files, 2);
  EXPECT_EQ(progress_.done_bytes, 10);
  EXPECT_EQ(progress_.total_bytes, 10);
}

TEST_F(FetchTest, BringsOnlyTheStepThatIsAskedFor) {
  AddOutput(AddTask("types"), "neuro.h5", "types");
  ASSERT_TRUE(Run("types").ok());
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/graph"));
}

TEST_F(FetchTest, SkipsFilesThatAreThereWithTheRightDigest) {
  ASSERT_TRUE(Run().ok());
  server_.artifacts.download_offsets.clear();
  const auto again = Run();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->front().already_there);
  EXPECT_THAT(server_.artifacts.download_offsets, IsEmpty());
  EXPECT_EQ(progress_.done_bytes, 5);
}

TEST_F(FetchTest, ReplacesAFileOfTheSameSizeWithOtherBytes) {
  ASSERT_TRUE(MakeDirectories(directory_ + "/graph").ok());
  ASSERT_TRUE(
      WriteFileAtomically(directory_ + "/graph/cells.h5", "CELLS").ok());
  const auto files = Run();
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_FALSE(files->front().already_there);
  EXPECT_EQ(*ReadFile(directory_ + "/graph/cells.h5"), "cells");
}

TEST_F(FetchTest, RefusesADirectoryWithAMemberOutsideOfIt) {
  const std::string manifest =
      FormatDirectoryManifest({{.path = "../run.sh",
                                .digest = server_.artifacts.Put("member"),
                                .size = 6}});
  server_.artifacts.Put(manifest, true);
  auto* output = AddTask("debug")->add_outputs();
  output->set_name("dump");
  output->set_digest(DigestOf(manifest));
  output->set_size(static_cast<std::int64_t>(manifest.size()));
  EXPECT_EQ(Run("debug").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(ReadFile(directory_ + "/debug/run.sh").ok());
}

TEST_F(FetchTest, MakesADirectoryOfADirectoryArtifact) {
  const std::string member = server_.artifacts.Put("member");
  const std::string manifest = FormatDirectoryManifest({{.path = "sub/run.sh",
                                                         .digest = member,
                                                         .size = 6,
                                                         .executable = true}});
  server_.artifacts.Put(manifest, true);
  auto* output = AddTask("debug")->add_outputs();
  output->set_name("dump");
  output->set_digest(DigestOf(manifest));
  output->set_size(static_cast<std::int64_t>(manifest.size()));
  ASSERT_TRUE(Run("debug").ok());
  const std::string path = directory_ + "/debug/dump/sub/run.sh";
  EXPECT_EQ(*ReadFile(path), "member");
  EXPECT_NE(std::filesystem::status(path).permissions() &
                std::filesystem::perms::owner_exec,
            std::filesystem::perms::none);
  EXPECT_TRUE(Run("debug")->front().already_there);
}

TEST_F(FetchTest, SuggestsAStepForAMisspeltOne) {
  const auto files = Run("grph");
  EXPECT_EQ(files.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(FaultOf(files.status())->remedy, HasSubstr("graph"));
}

TEST_F(FetchTest, SaysThatAStepHasNoResultsYet) {
  const auto files = Run("run");
  EXPECT_EQ(files.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(FaultOf(files.status())->remedy, HasSubstr("miv job j1"));
}

TEST_F(FetchTest, RefusesANameThatLeavesTheDirectory) {
  AddOutput(AddTask("evil"), "../../x", "x");
  EXPECT_EQ(Run("evil").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace miv::client
