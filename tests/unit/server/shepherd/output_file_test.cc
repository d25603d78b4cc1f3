#include "server/shepherd/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "common/base/files.h"
#include "tests/support/temp_directory.h"

namespace miv::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class OutputFileTest : public testing::Test {
 protected:
  OutputFileTest() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    reader_ = ends[0];
    writer_ = ends[1];
  }
  ~OutputFileTest() override {
    if (writer_ >= 0) ::close(writer_);
  }

  OutputFile Open(std::int64_t limit) {
    return OutputFile::Open(reader_, directory_ / "out", limit).value();
  }
  void Write(const std::string& text) {
    ASSERT_EQ(::write(writer_, text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  std::string Content() { return ReadFile(directory_ / "out").value(); }

  test::TempDirectory directory_;
  int reader_ = -1;
  int writer_ = -1;
};

TEST_F(OutputFileTest, CopiesWhatIsThereAndDoesNotWaitForMore) {
  OutputFile file = Open(1 << 20);
  Write("one\n");
  file.Drain();
  EXPECT_EQ(Content(), "one\n");
  file.Drain();
  Write("two\n");
  file.Drain();
  EXPECT_EQ(Content(), "one\ntwo\n");
  EXPECT_EQ(file.FirstLine(), "one");
}

TEST_F(OutputFileTest, PipeIsClosedWhenItsWritersAreGone) {
  OutputFile file = Open(1 << 20);
  EXPECT_GE(file.pipe(), 0);
  Write("end");
  ::close(writer_);
  writer_ = -1;
  file.Drain();
  EXPECT_EQ(file.pipe(), -1);
  EXPECT_EQ(Content(), "end");
}

// Limit 4096: the first 2048 bytes stay, and at least the last 1024.
TEST_F(OutputFileTest, KeepsBothEndsWithinTheLimit) {
  OutputFile file = Open(4096);
  std::string all;
  for (int i = 0; i < 3000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    all += line;
    Write(line);
    file.Drain();
  }
  const std::string kept = Content();
  EXPECT_LE(kept.size(), 4096u);
  EXPECT_THAT(kept, StartsWith(all.substr(0, 2048)));
  EXPECT_THAT(kept, EndsWith(all.substr(all.size() - 900)));
  EXPECT_THAT(kept, HasSubstr("bytes left out"));
}

TEST_F(OutputFileTest, ExactlyTheLimitIsKeptWhole) {
  OutputFile file = Open(4096);
  Write(std::string(4096, 'x'));
  file.Drain();
  EXPECT_EQ(Content(), std::string(4096, 'x'));
}

TEST_F(OutputFileTest, UnwritablePlaceIsAnError) {
  EXPECT_EQ(OutputFile::Open(reader_, "/nowhere/out", 1).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace miv::server
