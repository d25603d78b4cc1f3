// Damaged neuroh5 files meet what reads files from outside: the check of the
// import component and `miv h5 validate`.  Whatever HDF5 makes of them, the
// answer is a clean verdict within bounded time and memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/subprocess.h"
#include "common/neuroh5/isolate.h"
#include "tests/support/temp_directory.h"
#include "worker/build/steps/stand_in.h"

namespace miv::worker {
namespace {

// The bound of one verdict: a sound file of this size takes some 10 ms.
constexpr neuroh5::IsolationLimits kLimits = {std::chrono::seconds(5),
                                              std::uint64_t{256} << 20};

class Ignore final : public StepObserver {
 public:
  void Progress(absl::string_view, double, double, absl::string_view) override {
  }
  void Log(absl::string_view) override {}
  void Warning(absl::string_view) override {}
  bool Cancelled() override { return false; }
};

// Where HDF5 keeps what it trusts: the superblock and the blocks that begin
// with these signatures.
std::vector<std::size_t> MetadataBlocks(const std::string& bytes) {
  std::vector<std::size_t> blocks = {0};
  for (const std::string signature :
       {"TREE", "HEAP", "SNOD", "GCOL", "OHDR", "FRHP", "BTHD"})
    for (std::size_t at = bytes.find(signature); at != std::string::npos;
         at = bytes.find(signature, at + 1))
      blocks.push_back(at);
  return blocks;
}

// Damages a file in a way that `seed` chooses.  The engine is specified to the
// bit, and no distribution is used: the same damage everywhere.
std::string Damaged(std::string bytes, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t n) { return random() % n; };
  const auto blocks = MetadataBlocks(bytes);
  switch (below(8)) {
    case 0:
      bytes.resize(below(bytes.size()));
      return bytes;
    case 1:  // a hole
      bytes.replace(below(bytes.size() - 64), 64, 64, '\0');
      return bytes;
    default:
      break;
  }
  const bool metadata = below(4) != 0;
  for (std::size_t flips = 1 + below(6); flips > 0; --flips) {
    std::size_t at = metadata ? blocks[below(blocks.size())] + below(256)
                              : below(bytes.size());
    at %= bytes.size();
    const bool extreme = below(3) == 0;  // sizes and counts become huge
    bytes[at] = extreme ? static_cast<char>(0xff)
                        : static_cast<char>(bytes[at] ^ (1 << below(8)));
  }
  return bytes;
}

std::string Golden(const std::string& name) {
  return ReadFile(MIV_SOURCE_DIR "/tests/golden/neuroh5/" + name).value();
}

void Put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

struct Fixture {
  const char* file;
  const char* stands_for;
  /// Seeds on which HDF5 1.10.8 itself crashes.
  std::array<std::uint32_t, 2> crashing;
};

constexpr std::uint32_t kCases = 200;

std::vector<std::uint32_t> SeedsOf(const Fixture& fixture) {
  std::vector<std::uint32_t> seeds(fixture.crashing.begin(),
                                   fixture.crashing.end());
  for (std::uint32_t seed = 0; seed < kCases; ++seed) seeds.push_back(seed);
  return seeds;
}

class DamagedFile : public testing::TestWithParam<Fixture> {
 protected:
  const test::TempDirectory directory_;
  const std::string bytes_ = Golden(GetParam().file);
};

TEST_P(DamagedFile, GetsACleanVerdictFromTheImportCheck) {
  const StepInput file{directory_ / "model.h5", "model.h5"};
  Ignore observer;
  std::map<std::string, int> verdicts;
  for (const std::uint32_t seed : SeedsOf(GetParam())) {
    Put(file.path, Damaged(bytes_, seed));
    const absl::Status status = CheckStandIn(
        {GetParam().stands_for, "", "config.file"}, file, observer, kLimits);
    const Fault fault = FaultOrMessage(status);
    ++verdicts[status.ok() ? "OK" : fault.reason];
    if (status.ok()) continue;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << seed;
    EXPECT_FALSE(fault.reason.empty()) << seed << " " << status;
    EXPECT_EQ(fault.file, "model.h5") << seed;
    EXPECT_EQ(fault.field.rfind("config.", 0), 0u) << seed << " " << status;
  }
  for (const auto& [verdict, times] : verdicts)
    std::printf("%s: %s %d\n", GetParam().file, verdict.c_str(), times);
  // The damage must reach both sides of the check.
  EXPECT_GT(verdicts["OK"], 0);
  EXPECT_GT(verdicts["BAD_NEUROH5_FILE"], 10);
  // The children are the ones that grow; none passes what the limit leaves it.
  rusage children;
  ASSERT_EQ(getrusage(RUSAGE_CHILDREN, &children), 0);
  EXPECT_LT(children.ru_maxrss, (256 + 200) << 10);  // KiB
}

TEST_P(DamagedFile, GetsACleanVerdictFromTheCommandLine) {
  const std::string file = directory_ / "model.h5";
  const auto seeds = SeedsOf(GetParam());
  for (std::size_t i = 0; i < seeds.size(); i += i < 2 ? 1 : 8) {
    const std::uint32_t seed = seeds[i];
    Put(file, Damaged(bytes_, seed));
    const auto run = RunProcess(
        {absl::StrCat(getenv("MIV_BIN"), "/miv"), "h5", "validate", file},
        {.timeout = std::chrono::seconds(20)});
    ASSERT_TRUE(run.ok()) << run.status();
    EXPECT_FALSE(run->timed_out) << seed;
    EXPECT_THAT(run->exit_code, testing::AnyOf(0, 1)) << seed << run->err;
    EXPECT_FALSE(run->exit_code == 1 && (run->out + run->err).empty()) << seed;
  }
}

// A sound file, and a child that gets no time: as if the library looped.
TEST(ImportCheck, NamesAFileThatTheLibraryDoesNotFinish) {
  const StepInput file{MIV_SOURCE_DIR "/tests/golden/neuroh5/connections.h5",
                       "model.h5"};
  Ignore observer;
  const auto fault = FaultOf(CheckStandIn(
      {"generate_connections", "", "config.file"}, file, observer,
      neuroh5::IsolationLimits{.memory_bytes = std::uint64_t{256} << 20}));
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, "HDF5_TIMEOUT");
  EXPECT_EQ(fault->file, "model.h5");
  EXPECT_EQ(fault->field, "config.file");
}

INSTANTIATE_TEST_SUITE_P(
    Golden, DamagedFile,
    testing::Values(
        Fixture{"connections.h5", "generate_connections", {191, 2948}},
        Fixture{"small_chunks.h5", "generate_synapse_forest", {486, 2126}}),
    [](const auto& info) { return std::string(info.param.stands_for); });

}  // namespace
}  // namespace miv::worker
