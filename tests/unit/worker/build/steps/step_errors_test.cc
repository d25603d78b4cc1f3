// What the build steps say when their input is wrong: a small network is built
// once, then single steps run again with one thing changed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "common/base/fault.h"
#include "common/base/files.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using nlohmann::json;
using pipeline::Input;
using pipeline::ResolvedStep;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StepErrors : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new test::TempDirectory;
    chain_ = new Chain(*LoadChain(
        MIV_SOURCE_DIR "/tests/unit/worker/build/steps/small_network.yaml"));
    NativeGeometryProvider geometry;
    RecordingObserver observer;
    parallel::SingleRank ranks;
    const auto run =
        RunChain(*chain_, directory_->path(), ranks, geometry, observer);
    ASSERT_TRUE(run.ok()) << run.status();
  }
  static void TearDownTestSuite() {
    delete chain_;
    delete directory_;
  }

  // Runs a step again, edited, into a directory of its own.
  absl::Status Run(const std::string& name,
                   const std::function<void(ResolvedStep&)>& edit) {
    ResolvedStep step = *chain_->pipeline.FindStep(name);
    step.name = "again/" + name;
    EXPECT_TRUE(RemoveTree(*directory_ / step.name).ok());
    edit(step);
    parallel::SingleRank ranks;
    return RunStep(*chain_, step, directory_->path(), ranks, geometry_,
                   observer_)
        .status();
  }

  void ExpectError(const std::string& name,
                   const std::function<void(ResolvedStep&)>& edit,
                   const std::string& message,
                   absl::StatusCode code = absl::StatusCode::kInvalidArgument) {
    const absl::Status status = Run(name, edit);
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }

  static Input& InputOf(ResolvedStep& step, const std::string& role) {
    for (Input& input : step.inputs)
      if (input.role == role) return input;
    step.inputs.push_back({role});
    return step.inputs.back();
  }

  // A file that the step reads in place of another step's output.
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = *directory_ / name;
    EXPECT_TRUE(WriteFileAtomically(path, text).ok());
    return path;
  }

  NativeGeometryProvider geometry_;
  RecordingObserver observer_;
  static test::TempDirectory* directory_;
  static Chain* chain_;
};
test::TempDirectory* StepErrors::directory_ = nullptr;
Chain* StepErrors::chain_ = nullptr;

TEST_F(StepErrors, H5TypesNamesWhatDoesNotFit) {
  ExpectError(
      "h5_types",
      [](auto& s) { s.config["population_definitions"].erase("PYR"); },
      "cell_distributions.PYR: the population has no index");
  ExpectError(
      "h5_types",
      [](auto& s) { s.config["cell_distributions"]["PYR"]["SP"] = -1; },
      "cell_distributions.PYR.SP: not a possible number of cells");
  ExpectError(
      "h5_types",
      [](auto& s) {
        s.config["projections"]["PYR"] = {"STIM", "NONE"};
      },
      "NONE");
}

TEST_F(StepErrors, ArchitectureNamesCountsLayersAndInputs) {
  ExpectError(
      "network",
      [](auto& s) { s.config["cell_distributions"]["PYR"]["SP"] = 14; },
      "the counts do not add up to the population's cells; expected 13, "
      "found 14");
  ExpectError(
      "network", [](auto& s) { s.config["layer_extents"].erase("SO"); },
      "layer SO has no extents");
  ExpectError(
      "network",
      [](auto& s) {
        s.config["cell_constraints"]["PYR"]["SP"] = {60, 70};
      },
      "cell_constraints.PYR.SP: the constraint leaves nothing of the layer");
  ExpectError(
      "network", [](auto& s) { s.inputs.clear(); },
      "the assignment brought no input \"types\"", absl::StatusCode::kInternal);
  ExpectError(
      "network",
      [this](auto& s) {
        InputOf(s, "types") = {"types", "", "", Write("no.h5", "not HDF5")};
      },
      "no.h5", absl::StatusCode::kDataLoss);
}

TEST_F(StepErrors, DistancesNameTheSomaThatIsOutside) {
  const absl::Status status = Run("distances", [](auto& s) {
    s.config["layer_extents"]["SP"][1][2] = 15;  // PYR lies at L 20..30
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("a soma of PYR lies in none of its layers"));
  EXPECT_EQ(FaultOf(status)->gid, 7);
  ExpectError(
      "distances", [](auto& s) { s.config["origin"]["U"] = 500; },
      "origin.U: not a usable origin");
}

TEST_F(StepErrors, ForestNamesFileAndLine) {
  const auto with_swc = [this](const std::string& text) {
    return [this, text](ResolvedStep& s) {
      InputOf(s, "morphology") = {"morphology", "", "",
                                  Write("broken.swc", text)};
    };
  };
  ExpectError("forest_PYR", with_swc("0 1 0 0 0 1 -1\n1 1 0 0 0 x 0\n"),
              "broken.swc:2: the radius is not a number");
  ExpectError("forest_PYR", with_swc("0 1 0 0 0 1 -1\n1 1 0 0 5 1 0\n"),
              "broken.swc: the whole tree is one section");
  ExpectError(
      "forest_PYR", [](auto& s) { s.config["population"] = "PYRAMID"; },
      "PYRAMID", absl::StatusCode::kNotFound);
}

TEST_F(StepErrors, ForestRemarksOnTheMorphology) {
  EXPECT_TRUE(Run("forest_PYR", [this](auto& s) {
                InputOf(s, "morphology") = {
                    "morphology", "", "",
                    Write("bare.swc",
                          "0 1 0 0 0 1 -1\n1 1 0 0 5 1 0\n"
                          "2 3 0 0 5 1 1\n3 3 0 0 9 1 2\n")};
              }).ok());
  EXPECT_THAT(observer_.warnings,
              Contains(HasSubstr("4 of 4 points have no layer")));
}

TEST_F(StepErrors, SynapsesNeedADensityThatApplies) {
  ExpectError(
      "synapses_PYR",
      [](auto& s) {
        s.config["cell_types"]["PYR"]["synapses"]["density"] = {
            {"ais", {{"inhibitory", {{"default", {{"mean", 1}}}}}}}};
      },
      "the densities place no synapse on the cells of PYR");
  EXPECT_TRUE(Run("synapses_PYR", [](auto& s) {
                s.config["cell_types"]["PYR"]["synapses"]["density"]["ais"] = {
                    {"inhibitory", {{"SP", {{"mean", 1}}}}}};
              }).ok());
  EXPECT_THAT(observer_.warnings,
              Contains(HasSubstr("The inhibitory density of ais in SP places "
                                 "no synapses")));
}

TEST_F(StepErrors, SynapsesNeedEveryTree) {
  ExpectError(
      "synapses_PYR",
      [](auto& s) {
        InputOf(s, "forest").step = "forest_OLM";  // no trees of PYR
      },
      "not every cell of PYR has one tree; expected 13 trees, found 0");
}

TEST_F(StepErrors, SynapsesWarnOfCellsThatGotNone) {
  EXPECT_TRUE(Run("synapses_PYR", [](auto& s) {
                s.config["cell_types"]["PYR"]["synapses"]["density"] = {
                    {"soma", {{"inhibitory", {{"SP", {{"mean", 1e-3}}}}}}}};
              }).ok());
  EXPECT_THAT(observer_.warnings,
              Contains(HasSubstr("of 13 cells of PYR got no synapse")));
}

/// A template that changes the number of sections.
class MergingProvider final : public GeometryProvider {
 public:
  absl::StatusOr<build::CellGeometry> GeometryOf(
      const std::string& population, const std::string& template_name,
      const neuroh5::Tree& tree) override {
    auto cell = native_.GeometryOf(population, template_name, tree);
    if (cell.ok()) cell->sections.pop_back();
    return cell;
  }

 private:
  NativeGeometryProvider native_;
};

TEST_F(StepErrors, SynapsesRefuseATemplateThatChangesSections) {
  ResolvedStep step = *chain_->pipeline.FindStep("synapses_PYR");
  step.name = "again/merged";
  MergingProvider geometry;
  parallel::SingleRank ranks;
  const absl::Status status =
      RunStep(*chain_, step, directory_->path(), ranks, geometry, observer_)
          .status();
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("template Small does not keep the sections of the "
                        "morphology (gid 7); expected 5 sections, found 4"));
}

TEST_F(StepErrors, ConnectionsNameASynapseThatNothingTakes) {
  const absl::Status status = Run("connections_PYR", [](auto& s) {
    s.config["synapses"]["PYR"]["STIM"] = {{"type", "excitatory"},
                                           {"sections", {"basal", "basal"}},
                                           {"layers", {"SO", "SP"}},
                                           {"proportions", {0.25, 1}}};
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("no projection takes the excitatory synapses on "
                        "apical in layer"));
  EXPECT_EQ(FaultOf(status)->reason, "SYNAPSE_WITHOUT_PROJECTION");
}

TEST_F(StepErrors, ConnectionsNeedInputsThatFit) {
  ExpectError(
      "connections_PYR",
      [](auto& s) {
        s.config["synapses"]["PYR"]["PYR"]["proportions"] = {0.7};
      },
      "the proportions of excitatory synapses on basal in layer 5 sum to 0.95");
  ExpectError(
      "connections_PYR",
      [](auto& s) { InputOf(s, "synapses").step = "synapses_OLM"; }, "PYR",
      absl::StatusCode::kNotFound);
  ExpectError(
      "connections_PYR",
      [](auto& s) { s.config["distances_namespace"] = "Elsewhere"; },
      "Elsewhere", absl::StatusCode::kNotFound);
  ExpectError(
      "connections_OLM",
      [](auto& s) {
        s.config["synapses"]["OLM"]["STIM"] =
            s.config["synapses"]["OLM"]["PYR"];
        s.config["synapses"]["OLM"]["PYR"]["proportions"] = {0.5, 0.5};
        s.config["synapses"]["OLM"]["STIM"]["proportions"] = {0.5, 0.5};
      },
      "STIM");  // STIM -> OLM is no valid projection
}

// A second network with other counts, for inputs that do not belong together.
std::string OtherTypes(Chain& chain, const std::string& output) {
  ResolvedStep types = *chain.pipeline.FindStep("h5_types");
  types.name = "again/other_types";
  types.config["cell_distributions"]["STIM"]["SP"] = 6;
  ResolvedStep network = *chain.pipeline.FindStep("network");
  network.name = "again/other_network";
  network.config["cell_distributions"]["STIM"]["SP"] = 6;
  network.inputs[0].step = types.name;
  NativeGeometryProvider geometry;
  RecordingObserver observer;
  parallel::SingleRank ranks;
  for (const ResolvedStep* step : {&types, &network})
    EXPECT_TRUE(RunStep(chain, *step, output, ranks, geometry, observer).ok());
  return network.name;
}

TEST_F(StepErrors, GraphRefusesPartsOfAnotherNetwork) {
  const std::string other = OtherTypes(*chain_, directory_->path());
  ExpectError(
      "graph", [&](auto& s) { InputOf(s, "coordinates").step = other; },
      "the file is of a network with other populations than the coordinates");
}

TEST_F(StepErrors, ImportChecksWhatTheFileHolds) {
  const auto importing = [this](const std::string& path, json config) {
    ResolvedStep step;
    step.name = "again/import";
    step.kind = "import";
    step.config = std::move(config);
    step.inputs = {{"file", "", "", path}};
    EXPECT_TRUE(RemoveTree(*directory_ / step.name).ok());
    parallel::SingleRank ranks;
    return RunStep(*chain_, step, directory_->path(), ranks, geometry_,
                   observer_)
        .status();
  };
  const std::string synapses = *directory_ / "synapses_PYR/synapses.h5";
  EXPECT_TRUE(importing(synapses, {{"stands_for", "distribute_synapses"},
                                   {"population", "PYR"}})
                  .ok());
  EXPECT_TRUE(ReadFile(*directory_ / "again/import/synapses.h5").ok());
  EXPECT_THAT(
      std::string(importing(synapses, {{"stands_for", "distribute_synapses"},
                                       {"population", "OLM"}})
                      .message()),
      HasSubstr("the file holds no Synapse Attributes of OLM"));
  EXPECT_THAT(
      std::string(importing(synapses, {{"stands_for", "generate_connections"}})
                      .message()),
      HasSubstr("the file holds no projections"));
  EXPECT_FALSE(importing(Write("no.h5", "not HDF5"), json::object()).ok());
}

TEST_F(StepErrors, ImportReadsMorphologies) {
  const auto importing = [this](const std::string& name,
                                const std::string& text) {
    ResolvedStep step;
    step.name = "again/import";
    step.kind = "import";
    step.inputs = {{"file", "", "", Write(name, text)}};
    EXPECT_TRUE(RemoveTree(*directory_ / step.name).ok());
    parallel::SingleRank ranks;
    return RunStep(*chain_, step, directory_->path(), ranks, geometry_,
                   observer_)
        .status();
  };
  EXPECT_TRUE(importing("cell.SWC",
                        "0 1 0 0 0 1 -1 6\n1 1 0 0 5 1 0 6\n"
                        "2 3 0 0 5 1 1 6\n3 3 0 0 9 1 2 6\n")
                  .ok());
  EXPECT_TRUE(ReadFile(*directory_ / "again/import/cell.SWC").ok());
  EXPECT_THAT(std::string(importing("cell.swc", "0 1 0 0 0\n").message()),
              HasSubstr("cell.swc:1: wrong number of columns"));
}

}  // namespace
}  // namespace miv::worker
