#include "worker/simulate/checkpoint/checkpoint_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/base/fault.h"
#include "common/base/files.h"
#include "worker/parallel/ranks.h"

namespace miv::simulate {
namespace {

class CheckpointFileTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "checkpoint_file_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    header_.t_ms = 12.300000000000001;  // a rounded sum, kept to the last bit
    header_.step = 492;
    header_.dt_ms = 0.025;
    header_.secondorder = 2;
    header_.neuron = "8.2.2";
    header_.run_digest = "sha256:run";
    header_.mechanisms = {"", "pas"};
    header_.ties = 3;
    header_.unequal_ties = 1;
  }
  void TearDown() override { RemoveTree(path_).IgnoreError(); }

  void Write() {
    const CheckpointCell cells[] = {{7, "seven"}, {2, std::string("t\0o", 3)}};
    ASSERT_TRUE(WriteCheckpoint(ranks_, path_, header_, cells).ok());
  }
  std::string Content() { return *ReadFile(path_); }
  void Replace(const std::string& content) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }
  std::string ReasonOfOpening() {
    const auto file = CheckpointFile::Open(path_, "a checkpoint");
    EXPECT_TRUE(absl::IsDataLoss(file.status())) << file.status();
    return FaultOrMessage(file.status()).what;
  }

  parallel::SingleRank ranks_;
  std::string path_;
  CheckpointHeader header_;
};

TEST_F(CheckpointFileTest, GivesBackWhatWasWritten) {
  Write();
  const auto file = CheckpointFile::Open(path_, "a checkpoint");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->header().t_ms, header_.t_ms);
  EXPECT_EQ(file->header().step, 492);
  EXPECT_EQ(file->header().run_digest, "sha256:run");
  EXPECT_EQ(file->header().mechanisms, header_.mechanisms);
  EXPECT_EQ(file->header().ties, 3);
  EXPECT_EQ(file->header().unequal_ties, 1);
  EXPECT_EQ(file->cell_count(), 2);
  EXPECT_EQ(*file->Cell(7), "seven");
  EXPECT_EQ(*file->Cell(2), std::string("t\0o", 3));
  EXPECT_TRUE(absl::IsNotFound(file->Cell(3).status()));
}

TEST_F(CheckpointFileTest, LeavesNoTemporaryFile) {
  Write();
  EXPECT_TRUE(absl::IsNotFound(ReadFile(path_ + ".partial").status()));
}

TEST_F(CheckpointFileTest, KeepsTheOldFileIfTheNewOneCannotBeWritten) {
  const CheckpointCell cells[] = {{1, "x"}};
  EXPECT_TRUE(absl::IsUnavailable(
      WriteCheckpoint(ranks_, "/no/such/folder/file", header_, cells)));
}

TEST_F(CheckpointFileTest, SaysThatAFileIsNotThere) {
  EXPECT_TRUE(
      absl::IsNotFound(CheckpointFile::Open(path_, "a checkpoint").status()));
}

TEST_F(CheckpointFileTest, RefusesAnotherFile) {
  Replace(std::string(100, 'x'));
  EXPECT_EQ(ReasonOfOpening(), "the file is no checkpoint");
}

TEST_F(CheckpointFileTest, RefusesEveryPartOfAFile) {
  Write();
  const std::string whole = Content();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Replace(whole.substr(0, size));
    EXPECT_TRUE(
        absl::IsDataLoss(CheckpointFile::Open(path_, "a checkpoint").status()))
        << size;
  }
}

TEST_F(CheckpointFileTest, NoticesEveryChangedByte) {
  Write();
  const std::string whole = Content();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    Replace(changed);
    const auto file = CheckpointFile::Open(path_, "a checkpoint");
    const bool noticed =
        !file.ok() || !file->Cell(2).ok() || !file->Cell(7).ok();
    EXPECT_TRUE(noticed) << "byte " << at;
  }
}

TEST_F(CheckpointFileTest, RefusesAHeaderOfImpossibleLength) {
  std::string content = "MIVCKPT1";
  content += std::string(16, '\xff');
  Replace(content + std::string(200, ' '));
  EXPECT_EQ(ReasonOfOpening(), "the header is too long");
}

TEST(RunDigest, IsThatOfWhatChangesResults) {
  const nlohmann::json config = {{"t_end", 10}, {"dt", 0.025}};
  const std::string digest = RunDigest(config, 1);
  nlohmann::json other = config;
  other["checkpoint_interval"] = 5;
  other["ranks"] = 2;
  EXPECT_EQ(RunDigest(other, 1), digest);
  EXPECT_NE(RunDigest(config, 2), digest);
  other["t_end"] = 11;
  EXPECT_NE(RunDigest(other, 1), digest);
}

}  // namespace
}  // namespace miv::simulate
