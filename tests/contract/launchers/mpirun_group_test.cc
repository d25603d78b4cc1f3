// Groups of several ranks: real mpirun, real MPI.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/contract/launchers/local_group.h"

namespace miv::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::Not;

double Now() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class MpirunGroup : public testing::TestWithParam<SandboxPolicy> {
 protected:
  void SetUp() override {
    if (const absl::Status can = test::Available(GetParam()); !can.ok())
      GTEST_SKIP() << "bubblewrap does not work here: " << can.message();
    groups_ = std::make_unique<test::LocalGroups>(GetParam());
  }

  GroupSpec Ranks(int ranks, const std::string& script) {
    GroupSpec spec = groups_->Spec(script);
    spec.mpirun = true;
    spec.ranks = ranks;
    return spec;
  }

  std::vector<std::string> SortedLines(const GroupSpec& spec) {
    const auto exit = groups_->Run(spec);
    EXPECT_TRUE(exit.ok()) << exit.status();
    EXPECT_EQ(groups_->Content(spec, "stderr"), "");
    std::vector<std::string> lines = absl::StrSplit(
        groups_->Content(spec, "stdout"), '\n', absl::SkipEmpty());
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  std::unique_ptr<test::LocalGroups> groups_;
};

TEST_P(MpirunGroup, StartsEveryRank) {
  EXPECT_THAT(
      SortedLines(Ranks(
          3, "echo $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE in $PWD")),
      ElementsAre(HasSubstr("0 of 3 in "), HasSubstr("1 of 3 in "),
                  HasSubstr("2 of 3 in ")));
}

TEST_P(MpirunGroup, RanksTalkToEachOther) {
  GroupSpec spec = groups_->Spec("");
  spec.mpirun = true;
  spec.ranks = 2;
  spec.command = {MIV_BINARY_DIR "/tests/mpi_probe"};
  const double launched = Now();
  const auto exit = groups_->Run(spec);
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->code, 0) << groups_->Content(spec, "stderr");
  const std::string out = groups_->Content(spec, "stdout");
  // Ranks 0 and 1: 0 + 1; and 1.0 + 2.0 in each of the million places.
  EXPECT_THAT(out, HasSubstr("size 2 sum 1 total 3"));
  double begun = 0, ready = 0;
  ASSERT_EQ(std::sscanf(out.c_str(), "begun %lf ready %lf", &begun, &ready), 2);
  RecordProperty("launch_to_main_ms",
                 static_cast<int>((begun - launched) * 1e3));
  RecordProperty("mpi_init_ms", static_cast<int>((ready - begun) * 1e3));
  std::printf("launch to main %.0f ms, MPI_Init %.0f ms\n",
              (begun - launched) * 1e3, (ready - begun) * 1e3);
}

TEST_P(MpirunGroup, TwoGroupsMayUseTheSameCoresAndAllOfThem) {
  std::ifstream own("/proc/self/status");
  std::string allowed;
  for (std::string line; std::getline(own, line);)
    if (absl::StartsWith(line, "Cpus_allowed_list")) allowed = line;
  const std::string script = "grep Cpus_allowed_list /proc/self/status";
  const GroupSpec first = Ranks(1, script);
  const GroupSpec second = Ranks(1, script);
  ASSERT_TRUE(groups_->launcher().Launch(first).ok());
  ASSERT_TRUE(groups_->launcher().Launch(second).ok());
  for (const GroupSpec& spec : {first, second}) {
    ASSERT_TRUE(groups_->AwaitEnd(spec.group).ok());
    EXPECT_EQ(groups_->Content(spec, "stdout"), allowed + "\n");
  }
}

TEST_P(MpirunGroup, CodeOfARankIsTheGroups) {
  const auto exit =
      groups_->Run(Ranks(2, "exit $((5 * OMPI_COMM_WORLD_RANK))"));
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->outcome, ExitOutcome::kExited);
  EXPECT_EQ(exit->code, 5);
}

TEST_P(MpirunGroup, SignalOfARankIsTheGroups) {
  const auto exit = groups_->Run(
      Ranks(2, "test $OMPI_COMM_WORLD_RANK = 1 && kill -SEGV $$; sleep 1000"));
  ASSERT_TRUE(exit.ok()) << exit.status();
  EXPECT_EQ(exit->outcome, ExitOutcome::kSignalled);
  EXPECT_EQ(exit->signal, SIGSEGV);
}

TEST_P(MpirunGroup, EndsWithinASecondOfTheKill) {
  const GroupSpec spec = Ranks(2, "touch $OMPI_COMM_WORLD_RANK; sleep 1000");
  ASSERT_TRUE(groups_->launcher().Launch(spec).ok());
  const std::string work = spec.group.directory + "/work/";
  ASSERT_TRUE(test::Eventually([&] {
    return std::filesystem::exists(work + "0") &&
           std::filesystem::exists(work + "1");
  }));
  const double asked = Now();
  ASSERT_TRUE(groups_->launcher().Kill(spec.group).ok());
  EXPECT_EQ(groups_->AwaitEnd(spec.group)->outcome, ExitOutcome::kKilled);
  EXPECT_THAT(Now() - asked, Lt(1.0));
}

// As when the server itself was started by mpirun or Slurm.
TEST_P(MpirunGroup, SurroundingMpiAndSlurmDoNotShow) {
  const std::vector<const char*> names = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK",
                                          "SLURM_JOB_ID", "OMPI_MCA_pml"};
  for (const char* name : names) ::setenv(name, "inherited", 1);
  groups_->Restart();
  const auto lines = SortedLines(Ranks(2, "env | grep -c '=inherited$'; true"));
  for (const char* name : names) ::unsetenv(name);
  EXPECT_THAT(lines, ElementsAre("0", "0"));
}

INSTANTIATE_TEST_SUITE_P(Every, MpirunGroup,
                         testing::Values(SandboxPolicy::kBwrap,
                                         SandboxPolicy::kNone),
                         [](const auto& info) {
                           return info.param == SandboxPolicy::kBwrap ? "Bwrap"
                                                                      : "None";
                         });

}  // namespace
}  // namespace miv::server
