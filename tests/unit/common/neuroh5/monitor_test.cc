// What long writes tell while they go on.

#include <filesystem>
#include <numeric>
#include <vector>

#include "common/neuroh5/trees.h"
#include "common/neuroh5/writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::neuroh5 {
namespace {

class MonitorTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove(path_);
    auto writer =
        Writer::Create(path_, FileAccess(), *MakeTypes({{"PYR", 0, 3}}, {}));
    ASSERT_TRUE(writer.ok()) << writer.status();
    writer_ = std::make_unique<Writer>(*std::move(writer));
  }
  void TearDown() override {
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + ".copy");
  }

  // Three cells of a soma and a dendrite with two points each.
  absl::Status WriteThree(const WriteMonitor& monitor) {
    const std::uint32_t gids[] = {0, 1, 2};
    const std::uint32_t shape_of[] = {0, 0, 0};
    return WriteTrees(*writer_, "PYR", gids, shape_of, {&shape_, 1}, monitor);
  }

  static Tree Shape() {
    Tree tree;
    tree.x = tree.y = tree.z = {0, 1, 2, 3};
    tree.radius = {1, 1, 1, 1};
    tree.layer = {0, 0, 0, 0};
    tree.swc_type = {1, 1, 3, 3};
    tree.parent = {-1, 0, 1, 2};
    tree.sections = {{0, 1}, {2, 3}};
    tree.src = {0};
    tree.dst = {1};
    return tree;
  }

  const std::string path_ = testing::TempDir() + "/neuroh5_monitor.h5";
  const Tree shape_ = Shape();
  std::unique_ptr<Writer> writer_;
};

// By hand, per cell: 4 points of 4 f32, an i32 parent and two bytes; the
// number of sections, and per section its length and 2 points, as u16; one
// source and one destination section as u16.
constexpr std::uint64_t kPerCell = 4 * (16 + 4 + 2) + 2 * (1 + 2 * 3) + 4;

TEST_F(MonitorTest, HearsTheBytesOfTrees) {
  std::uint64_t heard = 0;
  EXPECT_EQ(WriteThree([&](std::uint64_t bytes) {
              heard += bytes;
              return absl::OkStatus();
            }),
            absl::OkStatus());
  EXPECT_EQ(BytesOf(shape_), kPerCell);
  EXPECT_EQ(heard, 3 * kPerCell);
}

TEST_F(MonitorTest, EndsTheWriteOfTrees) {
  int calls = 0;
  const absl::Status status = WriteThree([&](std::uint64_t) {
    return ++calls == 2 ? absl::CancelledError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(calls, 2);
}

TEST_F(MonitorTest, HearsTheBytesOfACopyAndEndsIt) {
  ASSERT_EQ(WriteThree({}), absl::OkStatus());
  ASSERT_EQ(writer_->Close(), absl::OkStatus());
  const std::string object = "/Populations/PYR/Trees";
  const auto expected = BytesToCopy(path_, object);
  ASSERT_TRUE(expected.ok()) << expected.status();
  // Values, one index of 3 u32, and pointers of 4 u64 for the points, the
  // sections and their connections; hard links count once.
  EXPECT_EQ(*expected, 3 * kPerCell + 3 * 4 + 3 * 4 * 8);
  auto copy = Writer::Create(path_ + ".copy", FileAccess(),
                             *MakeTypes({{"PYR", 0, 3}}, {}));
  ASSERT_TRUE(copy.ok()) << copy.status();
  std::uint64_t heard = 0;
  EXPECT_EQ(copy->CopyFrom(path_, object,
                           [&](std::uint64_t bytes) {
                             heard += bytes;
                             return absl::OkStatus();
                           }),
            absl::OkStatus());
  EXPECT_EQ(heard, *expected);
  ASSERT_EQ(copy->Close(), absl::OkStatus());
  auto stopped = Writer::Create(path_ + ".copy", FileAccess(),
                                *MakeTypes({{"PYR", 0, 3}}, {}));
  ASSERT_TRUE(stopped.ok()) << stopped.status();
  EXPECT_EQ(stopped
                ->CopyFrom(path_, object,
                           [](std::uint64_t) {
                             return absl::CancelledError("enough");
                           })
                .code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace miv::neuroh5
