// Verification of a built network: clean ones pass, changed ones trip the check
// that is about the change.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/subprocess.h"
#include "common/verify/verify.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFolder[] = MIV_SOURCE_DIR "/tests/unit/worker/build/steps/";
constexpr char kPython[] = "/usr/bin/python3";

absl::Status Silent(absl::string_view, double, double) {
  return absl::OkStatus();
}

// Builds the network with this seed below `directory`, all steps or all but the
// verification.
absl::StatusOr<Chain> Build(std::int64_t seed, const std::string& directory,
                            bool check = true) {
  auto chain = LoadChain(absl::StrCat(kFolder, "verify_network.yaml"));
  if (!chain.ok()) return chain.status();
  for (auto& step : chain->pipeline.steps) step.seed = seed;
  if (!check) chain->pipeline.order.pop_back();
  build::NsegPolicy policy;
  policy.kind = build::NsegPolicy::Kind::kDLambda;
  NativeGeometryProvider geometry(policy);
  RecordingObserver observer;
  parallel::SingleRank ranks;
  auto reports = RunChain(*chain, directory, ranks, geometry, observer);
  if (!reports.ok()) return reports.status();
  return chain;
}

absl::StatusOr<verify::Report> VerifyGraph(const Chain& chain,
                                           const std::string& graph) {
  return verify::Verify(
      JoinPath(graph, "cells.h5"), JoinPath(graph, "connections.h5"),
      chain.pipeline.FindStep("check")->config["expectations"], Silent);
}

std::set<std::string> FailedChecks(const verify::Report& report) {
  std::set<std::string> names;
  for (const auto& check : report.checks)
    if (check.verdict == verify::Verdict::kFail) names.insert(check.name);
  return names;
}

TEST(CleanNetworks, RaiseAtMostOneAlarmInAHundredSeeds) {
  int alarms = 0;
  std::string failures;
  for (int seed = 1; seed <= 100; ++seed) {
    const test::TempDirectory directory;
    const auto chain = Build(seed, directory.path(), false);
    ASSERT_TRUE(chain.ok()) << chain.status();
    const auto report = VerifyGraph(*chain, directory / "graph");
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->Count(verify::Verdict::kSkipped), 0u);
    EXPECT_GT(report->tests, 30u);
    if (report->passed()) continue;
    ++alarms;
    absl::StrAppend(&failures, "seed ", seed, ": ", FailuresText(*report));
  }
  EXPECT_LE(alarms, 1) << failures;
}

struct Mutation {
  const char* name;
  const char* check;  // the only one that fails
  const char* offender;
};

class MutatedNetwork : public ::testing::TestWithParam<Mutation> {
 protected:
  static void SetUpTestSuite() {
    directory_ = new test::TempDirectory;
    chain_ = new absl::StatusOr<Chain>(Build(1, directory_->path()));
  }
  static void TearDownTestSuite() {
    delete chain_;
    delete directory_;
  }
  static test::TempDirectory* directory_;
  static absl::StatusOr<Chain>* chain_;
};

test::TempDirectory* MutatedNetwork::directory_ = nullptr;
absl::StatusOr<Chain>* MutatedNetwork::chain_ = nullptr;

TEST_P(MutatedNetwork, FailsTheCheckThatIsAboutIt) {
  ASSERT_TRUE(chain_->ok()) << chain_->status();
  const auto probe = RunProcess({kPython, "-c", "import h5py, numpy"});
  if (!probe.ok() || probe->exit_code != 0) GTEST_SKIP() << "needs h5py";
  const std::string changed = *directory_ / GetParam().name;
  ASSERT_TRUE(MakeDirectories(changed).ok());
  for (const char* file : {"cells.h5", "connections.h5"})
    ASSERT_TRUE(
        WriteFileAtomically(JoinPath(changed, file),
                            *ReadFile(JoinPath(*directory_ / "graph", file)))
            .ok());
  const auto mutated = RunProcess(
      {kPython, absl::StrCat(kFolder, "mutate_network.py"), GetParam().name,
       JoinPath(changed, "cells.h5"), JoinPath(changed, "connections.h5")});
  ASSERT_TRUE(mutated.ok()) << mutated.status();
  ASSERT_EQ(mutated->exit_code, 0) << mutated->err;
  const auto report = VerifyGraph(**chain_, changed);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(FailedChecks(*report), ElementsAre(GetParam().check))
      << FailuresText(*report);
  EXPECT_THAT(FailuresText(*report), HasSubstr(GetParam().offender));
}

INSTANTIATE_TEST_SUITE_P(
    Changes, MutatedNetwork,
    ::testing::Values(
        Mutation{"swap_syn_ids", "synapse_ids_in_order", "gid 43 syn_id 11"},
        Mutation{"swap_edge_syn_ids", "projection_type", "gid 45"},
        Mutation{"add_autapse", "autapses", "gid 47"},
        Mutation{"move_source", "source_reach", "gid 42"},
        Mutation{"flip_type", "projection_type", "gid 44"},
        Mutation{"drop_layer", "synapse_count", "basal excitatory layer 6"},
        Mutation{"shift_distance", "edge_distance", "gid 41"},
        Mutation{"move_cell", "soma_constraints", "L = "}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(VerifyStep, WritesTheReport) {
  const test::TempDirectory directory;
  const auto chain = Build(3, directory.path());
  ASSERT_TRUE(chain.ok()) << chain.status();
  const auto report = nlohmann::json::parse(
      *ReadFile(directory / "check/verify.json"), nullptr, false);
  EXPECT_EQ(report["verdict"], "pass");
  EXPECT_EQ(report["checks"].size(),
            report["counts"]["pass"].get<std::size_t>());
}

TEST(VerifyStep, FailsWithTheTableAsOutput) {
  const test::TempDirectory directory;
  auto chain = Build(3, directory.path());
  ASSERT_TRUE(chain.ok()) << chain.status();
  pipeline::ResolvedStep step = *chain->pipeline.FindStep("check");
  step.name = "again";
  step.config["expectations"]["coordinates"]["rotation"] = {0, 0, 0};
  NativeGeometryProvider geometry;
  RecordingObserver observer;
  parallel::SingleRank ranks;
  const auto status =
      RunStep(*chain, step, directory.path(), ranks, geometry, observer)
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  const auto fault = FaultOf(status);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, "VERIFICATION_FAILED");
  EXPECT_THAT(fault->output, HasSubstr("soma_rotation of PYR"));
  // Stopping is possible at every block.
  observer.polls_before_cancel = observer.polls;
  EXPECT_EQ(RunStep(*chain, step, directory.path(), ranks, geometry, observer)
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace miv::worker
