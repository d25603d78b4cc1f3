// Verification of networks whose cells have several morphologies, or trees
// without layers of their own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/files.h"
#include "common/verify/verify.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kFolder[] = MIV_SOURCE_DIR "/tests/unit/worker/build/steps/";
constexpr char kForest[] =
    "    uses: [h5_types]\n"
    "    config: {population: PYR, morphology: ./small_cell.swc}";

// Twice as long as small_cell.swc, with one apical branch less.
constexpr char kLong[] =
    "0 1 0 0 -5 5 -1 6\n1 1 0 0 5 5 0 6\n2 3 0 0 -5 1 0 6\n"
    "3 3 0 0 -85 1 2 6\n4 3 0 20 -165 1 3 5\n5 4 0 0 5 1 1 6\n"
    "6 4 0 0 65 1 5 6\n7 4 0 0 65 0.5 6 6\n8 4 20 0 105 0.5 7 5\n";
// Seven columns.  The root, y = -4, lies at L = 40; the basal dendrite goes down
// to L = 18, where two branches go on in SO, the apical one up to L = 58.
constexpr char kLayerless[] =
    "1 1 0 -4 0 4 -1\n2 1 0 4 0 4 1\n3 3 0 -4 0 1 1\n4 3 0 -18 0 1 3\n"
    "5 3 0 -22 0 1 4\n6 3 0 -37 0 1 5\n7 3 3 -26 0 1 4\n8 3 3 -40 0 1 7\n"
    "9 4 0 4 0 1 2\n10 4 0 14 0 1 9\n";

class VerifiedForest : public testing::Test {
 protected:
  // Builds the network with this forest and verifies its graph.
  absl::StatusOr<verify::Report> Build(const std::string& forest, int seed) {
    const auto put = [this](const std::string& name, const std::string& text) {
      EXPECT_TRUE(WriteFileAtomically(directory_ / name, text).ok());
    };
    put("long.swc", kLong);
    put("layerless.swc", kLayerless);
    put("small_cell.swc", *ReadFile(absl::StrCat(kFolder, "small_cell.swc")));
    std::string text = *ReadFile(absl::StrCat(kFolder, "verify_network.yaml"));
    EXPECT_THAT(text, HasSubstr(kForest));
    put("net.yaml",
        absl::StrReplaceAll(
            text, {{kForest, absl::StrCat("    uses: [network]\n    config: "
                                          "{population: PYR, ",
                                          forest, "}")},
                   {"\nseed: 1\n", absl::StrCat("\nseed: ", seed, "\n")}}));
    auto chain = LoadChain(directory_ / "net.yaml");
    if (!chain.ok()) return chain.status();
    chain->pipeline.order.pop_back();
    build::NsegPolicy policy;
    policy.kind = build::NsegPolicy::Kind::kDLambda;
    NativeGeometryProvider geometry(policy);
    RecordingObserver observer;
    parallel::SingleRank ranks;
    auto run = RunChain(*chain, directory_.path(), ranks, geometry, observer);
    if (!run.ok()) return run.status();
    expectations_ = chain->pipeline.FindStep("check")->config["expectations"];
    return Verify();
  }

  absl::StatusOr<verify::Report> Verify() const {
    return verify::Verify(
        directory_ / "graph/cells.h5", directory_ / "graph/connections.h5",
        expectations_,
        [](absl::string_view, double, double) { return absl::OkStatus(); });
  }

  test::TempDirectory directory_;
  nlohmann::json expectations_;
};

std::vector<std::string> Failed(const verify::Report& report) {
  std::vector<std::string> names;
  for (const auto& check : report.checks)
    if (check.verdict == verify::Verdict::kFail)
      names.push_back(absl::StrCat(check.name, " of ", check.subject));
  return names;
}

// Expected counts of the last build's categories, as the report writes them.
std::map<std::string, std::string> Counts(const verify::Report& report) {
  std::map<std::string, std::string> counts;
  for (const auto& check : report.checks)
    if (check.name == "synapse_count") counts[check.subject] = check.expected;
  return counts;
}

TEST_F(VerifiedForest, OfSeveralMorphologiesIsSound) {
  for (int seed = 1; seed <= 3; ++seed) {
    const auto report = Build(
        "morphology: [{file: ./small_cell.swc}, {file: ./long.swc}]", seed);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(Failed(*report), SizeIs(0)) << FailuresText(*report);
    EXPECT_EQ(report->Count(verify::Verdict::kSkipped), 0u);
  }
}

TEST_F(VerifiedForest, CountsTheSynapsesOfEachCellByItsOwnTree) {
  const auto one = Build("morphology: ./small_cell.swc", 1);
  ASSERT_TRUE(one.ok()) << one.status();
  const auto two = Build(
      "morphology: [{file: ./small_cell.swc}, {file: ./long.swc, gids: [40]}]",
      1);
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_NE(Counts(*one), Counts(*two));
}

TEST_F(VerifiedForest, IsNotTheOneOfOtherDensities) {
  const auto report =
      Build("morphology: [{file: ./small_cell.swc}, {file: ./long.swc}]", 2);
  ASSERT_TRUE(report.ok()) << report.status();
  auto& density = expectations_["synapses"]["PYR"]["density"];
  density["soma"]["inhibitory"]["default"]["mean"] = 0.8;  // 0.5 in the config
  const auto other = Verify();
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_THAT(Failed(*other),
              ElementsAre(HasSubstr("synapse_count of PYR soma inhibitory")));
}

TEST_F(VerifiedForest, OfLayersByDepthIsSound) {
  for (int seed = 1; seed <= 3; ++seed) {
    const auto report = Build(
        "morphology: ./layerless.swc, layer_from: depth, soma_layer: SP", seed);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(Failed(*report), SizeIs(0)) << FailuresText(*report);
    EXPECT_EQ(report->Count(verify::Verdict::kSkipped), 0u);
  }
}

TEST_F(VerifiedForest, HasItsLayersByDepth) {
  const auto report = Build(
      "morphology: ./layerless.swc, layer_from: depth, soma_layer: SP", 1);
  ASSERT_TRUE(report.ok()) << report.status();
  const auto counts = Counts(*report);
  EXPECT_TRUE(counts.contains("PYR basal excitatory layer 5"));  // SO
  EXPECT_TRUE(counts.contains("PYR basal excitatory layer 6"));  // SP
  EXPECT_FALSE(counts.contains("PYR apical excitatory layer 5"));
}

}  // namespace
}  // namespace miv::worker
