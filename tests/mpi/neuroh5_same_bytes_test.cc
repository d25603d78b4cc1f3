// The bytes of a neuroh5 file depend on neither the number of ranks nor the
// time. Each run compares what its ranks write together with what rank 0 writes
// alone.

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/validate.h"
#include "common/neuroh5/writer.h"
#include "gtest/gtest.h"
#include "tests/support/mpi_world.h"
#include "tests/support/neuroh5_sample.h"
#include "worker/parallel/parallel_file.h"

namespace miv::neuroh5 {
namespace {

using parallel::World;

std::string Bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class SameBytes : public testing::Test {
 protected:
  void SetUp() override {
    access_ = parallel::AccessFor(World()).value();
    directory_ = testing::TempDir();
    World().Broadcast(&directory_);
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(directory_, "/same_bytes_", World().size(), "_", name);
  }

  // Rank 0 alone; the others wait.
  template <typename F>
  absl::Status Alone(F write) {
    absl::Status status;
    if (World().is_root()) status = write(FileAccess());
    return World().AgreeOnStatus(status);
  }

  void ExpectSame(const std::string& a, const std::string& b) {
    if (!World().is_root()) return;
    const std::string left = Bytes(a), right = Bytes(b);
    ASSERT_FALSE(left.empty());
    EXPECT_EQ(left.size(), right.size());
    std::size_t at = 0;
    while (at < left.size() && at < right.size() && left[at] == right[at]) ++at;
    EXPECT_TRUE(left == right) << a << " and " << b << " differ at " << at;
    if (left != right) return;
    unlink(a.c_str());
    unlink(b.c_str());
  }

  FileAccess access_;
  std::string directory_;
};

TEST_F(SameBytes, RanksTogetherWriteWhatOneWritesTwoSecondsLater) {
  const std::string together = Path("together.h5"), alone = Path("alone.h5");
  ASSERT_EQ(WriteSample(together, access_), absl::OkStatus());
  // The stamps that HDF5 would store have a resolution of one second.
  const std::time_t start = std::time(nullptr);
  while (std::time(nullptr) < start + 3) absl::SleepFor(absl::Milliseconds(50));
  ASSERT_EQ(Alone([&](const FileAccess& serial) {
              return WriteSample(alone, serial);
            }),
            absl::OkStatus());
  ExpectSame(together, alone);
}

TEST_F(SameBytes, RanksTogetherCopyWhatOneCopies) {
  const std::string sample = Path("source.h5");
  const std::string together = Path("copy.h5"), alone = Path("copy_alone.h5");
  ASSERT_EQ(WriteSample(sample, access_), absl::OkStatus());
  ASSERT_EQ(CopySample(sample, together, access_), absl::OkStatus());
  ASSERT_EQ(Alone([&](const FileAccess& serial) {
              return CopySample(sample, alone, serial);
            }),
            absl::OkStatus());
  ExpectSame(together, alone);
}

// Files whose last bytes are metadata: whatever the MPI library writes around
// them shows.
TEST_F(SameBytes, SmallFilesAreTheSame) {
  const std::vector<std::uint32_t> none;
  for (int columns = 0; columns < 12; ++columns) {
    const auto write = [&](const std::string& path, const FileAccess& access) {
      MIV_ASSIGN_OR_RETURN(Writer writer,
                           Writer::Create(path, access, SampleTypes()));
      const auto gids = OwnGids(*access.team, *writer.types().Find("PVBC"));
      for (int c = 0; c < columns; ++c) {
        const CellColumn column{"v", {}, std::vector<float>(gids.size(), 1.f)};
        MIV_RETURN_IF_ERROR(writer.WriteCells(
            "PVBC", absl::StrCat("Namespace ", c), c % 2 ? none : gids,
            {{c % 2 ? CellColumn{"w", {}, std::vector<float>()} : column}}));
      }
      return writer.Close();
    };
    const std::string together = Path("small.h5"), alone = Path("small_1.h5");
    ASSERT_EQ(write(together, access_), absl::OkStatus());
    ASSERT_EQ(
        Alone([&](const FileAccess& serial) { return write(alone, serial); }),
        absl::OkStatus());
    ExpectSame(together, alone);
    World().Barrier();
  }
}

TEST_F(SameBytes, WhatRanksWriteIsValidAndReadableByEach) {
  const std::string path = Path("valid.h5");
  ASSERT_EQ(WriteSample(path, access_), absl::OkStatus());
  for (const Finding& f : Validate(path))
    ADD_FAILURE() << f.path << ": " << f.what;
  const auto reader = Reader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ(reader->types(), SampleTypes());
  World().Barrier();
  if (World().is_root()) unlink(path.c_str());
}

TEST_F(SameBytes, AnErrorOfOneRankIsTheErrorOfAll) {
  const std::string path = Path("error.h5");
  auto writer = Writer::Create(path, access_, SampleTypes());
  ASSERT_TRUE(writer.ok()) << writer.status();
  // The last rank passes a cell of another population.
  const bool last = World().rank() + 1 == World().size();
  const std::vector<std::uint32_t> gids =
      last ? std::vector<std::uint32_t>{40} : std::vector<std::uint32_t>{};
  const CellColumn column{"v", {}, std::vector<float>(gids.size())};
  const absl::Status status = writer->WriteCells("PYR", "N", gids, {{column}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto fault = FaultOf(status);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->rank, World().size() - 1);
  EXPECT_EQ(fault->gid, 40);
  EXPECT_EQ(fault->file, path);
  EXPECT_EQ(writer->Close(), absl::OkStatus());
  if (World().is_root()) unlink(path.c_str());
}

TEST_F(SameBytes, CellsOutOfOrderAcrossRanksAreRefused) {
  if (World().size() == 1) GTEST_SKIP() << "needs several ranks";
  const std::string path = Path("order.h5");
  auto writer = Writer::Create(path, access_, SampleTypes());
  ASSERT_TRUE(writer.ok()) << writer.status();
  const std::vector<std::uint32_t> gids = {
      static_cast<std::uint32_t>(10 - World().rank())};
  const CellColumn column{"v", {}, std::vector<float>(1)};
  EXPECT_EQ(writer->WriteCells("PYR", "N", gids, {{column}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(writer->Close(), absl::OkStatus());
  if (World().is_root()) unlink(path.c_str());
}

TEST_F(SameBytes, RanksWithDifferentColumnsAreRefused) {
  if (World().size() == 1) GTEST_SKIP() << "needs several ranks";
  const std::string path = Path("columns.h5");
  auto writer = Writer::Create(path, access_, SampleTypes());
  ASSERT_TRUE(writer.ok()) << writer.status();
  const CellColumn column{
      World().is_root() ? "v" : "w", {}, std::vector<float>()};
  EXPECT_EQ(writer->WriteCells("PYR", "N", {}, {{column}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(writer->Close(), absl::OkStatus());
  if (World().is_root()) unlink(path.c_str());
}

}  // namespace
}  // namespace miv::neuroh5
