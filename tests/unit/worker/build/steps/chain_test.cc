// The build steps as a chain on one rank: what is in the files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "common/neuroh5/names.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/validate.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using neuroh5::Selection;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The chain of one pipeline, run once for all tests of a suite.
struct Built {
  Built(const char* pipeline, build::NsegPolicy policy) {
    NativeGeometryProvider geometry(policy);
    parallel::SingleRank ranks;
    const auto chain = LoadChain(std::string(MIV_SOURCE_DIR "/") + pipeline);
    EXPECT_TRUE(chain.ok()) << chain.status();
    if (!chain.ok()) return;
    const auto run =
        RunChain(*chain, directory.path(), ranks, geometry, observer);
    EXPECT_TRUE(run.ok()) << run.status();
    if (run.ok()) reports = *run;
  }
  neuroh5::Reader Open(const std::string& file) const {
    return *neuroh5::Reader::Open(directory / file);
  }

  test::TempDirectory directory;
  RecordingObserver observer;
  std::map<std::string, nlohmann::json> reports;
};

Built& Example() {
  static auto* const built =
      new Built("examples/microcircuit/pipeline.yaml", {});
  return *built;
}

Built& Small() {
  static auto* const built =
      new Built("tests/unit/worker/build/steps/small_network.yaml", {});
  return *built;
}

class ReleaseBuilt : public ::testing::Environment {
 public:
  void TearDown() override {
    delete &Example();
    delete &Small();
  }
};
[[maybe_unused]] auto* const kRelease =
    ::testing::AddGlobalTestEnvironment(new ReleaseBuilt);

TEST(ExampleChain, WritesFilesWithoutFaults) {
  for (const char* file :
       {"h5_types/neuro.h5", "network/coordinates.h5", "distances/distances.h5",
        "forest_PYR/forest.h5", "synapses_PVBC/synapses.h5",
        "connections_OLM/connectivity.h5", "graph/cells.h5",
        "graph/connections.h5"})
    EXPECT_THAT(neuroh5::Validate(Example().directory / file), IsEmpty())
        << file;
  EXPECT_THAT(Example().observer.warnings, IsEmpty());
}

TEST(ExampleChain, PacksPopulationsByIndex) {
  const auto reader = Example().Open("graph/cells.h5");
  std::vector<std::string> ranges;
  for (const auto& p : reader.types().populations)
    ranges.push_back(p.name + " " + std::to_string(p.start) + "/" +
                     std::to_string(p.count));
  EXPECT_THAT(ranges, ElementsAre("STIM 0/64", "PYR 64/223", "PVBC 287/93",
                                  "OLM 380/21"));
  EXPECT_THAT(reader.types().valid_projections, SizeIs(10));
}

TEST(ExampleChain, PlacesSomataInTheirLayersSortedByU) {
  const auto reader = Example().Open("graph/cells.h5");
  const auto read = [&](const char* population, const char* attribute) {
    return *reader.ReadCells<float>(population, neuroh5::kGeneratedCoordinates,
                                    attribute, Selection::All());
  };
  const auto l = read("PVBC", neuroh5::kLCoordinate);
  ASSERT_EQ(l.values.size(), 93u);
  const auto in = [&](float lo, float hi) {
    return std::count_if(l.values.begin(), l.values.end(),
                         [&](float x) { return x > lo && x < hi; });
  };
  EXPECT_EQ(in(-0.001f, 4.999f), 35);
  EXPECT_EQ(in(5.001f, 49.999f), 50);
  EXPECT_EQ(in(50.001f, 100.001f), 8);
  for (const char* population : {"STIM", "PYR", "PVBC", "OLM"}) {
    const auto u = read(population, neuroh5::kUCoordinate);
    EXPECT_TRUE(std::is_sorted(u.values.begin(), u.values.end()));
    EXPECT_EQ(read(population, neuroh5::kXCoordinate).values, u.values);
  }
}

TEST(ExampleChain, MeasuresDistancesFromTheMiddle) {
  const auto reader = Example().Open("graph/cells.h5");
  const auto u =
      *reader.ReadCells<float>("PYR", neuroh5::kGeneratedCoordinates,
                               neuroh5::kUCoordinate, Selection::All());
  const auto du = *reader.ReadCells<float>(
      "PYR", neuroh5::kArcDistances, neuroh5::kUDistance, Selection::All());
  ASSERT_EQ(u.size(), du.size());
  for (std::size_t i = 0; i < u.values.size(); ++i)
    EXPECT_NEAR(du.values[i], u.values[i] - 100, 1e-3);
  const std::string group = "/Populations/PYR/Arc Distances";
  EXPECT_NEAR(*reader.NumberAttribute(group, neuroh5::kReferenceUMin), -100.01,
              1e-9);
  EXPECT_NEAR(*reader.NumberAttribute(group, neuroh5::kReferenceVMax), 100.01,
              1e-9);
}

TEST(ExampleChain, GivesEveryCellItsTree) {
  const auto reader = Example().Open("graph/cells.h5");
  for (const auto& [population, cells, sections] :
       {std::tuple{"PYR", 223u, 41u}, std::tuple{"PVBC", 93u, 9u},
        std::tuple{"OLM", 21u, 7u}}) {
    const auto trees = neuroh5::ReadTrees(reader, population, Selection::All());
    ASSERT_TRUE(trees.ok()) << trees.status();
    ASSERT_EQ(trees->size(), cells);
    EXPECT_EQ(trees->front().sections.size(), sections);
    EXPECT_EQ(trees->back().x, trees->front().x);
  }
}

// The published expectations of the example are mean synapses per cell 460, 240
// and 162, with at least one synapse in every first segment.  By the
// homogeneous process: mean = density * length, summed over the tables of the
// model.
TEST(ExampleChain, PlacesAsManySynapsesAsTheDensitiesSay) {
  const double mean =
      Example().reports.at("synapses_PYR").at("synapses")[0].get<double>() /
      223;
  // soma 16 * 1.5; basal SO 360 * 0.25, SP 200 * 0.2; apical SP 14.5 * 0.5,
  // SR 750 * 0.23, SLM 490 * 0.23.
  const double expected = 24 + 90 + 40 + 7.25 + 172.5 + 112.7;
  EXPECT_NEAR(mean, expected, 4 * std::sqrt(expected / 223));
}

TEST(ExampleChain, ConnectsEverySynapseOfEveryCell) {
  const auto cells = Example().Open("graph/cells.h5");
  const auto connections = Example().Open("graph/connections.h5");
  const auto names = *connections.Projections();
  for (const char* population : {"PYR", "PVBC", "OLM"}) {
    const auto ids =
        *cells.ReadCells<std::uint32_t>(population, neuroh5::kSynapseAttributes,
                                        neuroh5::kSynIds, Selection::All());
    std::vector<std::vector<std::uint32_t>> used(ids.size());
    for (const auto& name : names) {
      if (name.destination != population) continue;
      const auto projection = neuroh5::Projection::Open(connections, name);
      ASSERT_TRUE(projection.ok()) << projection.status();
      const auto edges =
          projection->Read(Selection::All(), projection->attributes());
      ASSERT_TRUE(edges.ok()) << edges.status();
      ASSERT_EQ(edges->dst_gids, ids.gids);
      // Attributes are sorted: Connections/distance, Synapses/syn_id.
      const auto& syn_ids =
          std::get<std::vector<std::uint32_t>>(edges->attributes[1]);
      for (std::size_t i = 0; i < ids.size(); ++i)
        used[i].insert(
            used[i].end(),
            syn_ids.begin() + static_cast<std::ptrdiff_t>(edges->offsets[i]),
            syn_ids.begin() +
                static_cast<std::ptrdiff_t>(edges->offsets[i + 1]));
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
      std::sort(used[i].begin(), used[i].end());
      std::vector<std::uint32_t> all(ids[i].size());
      std::iota(all.begin(), all.end(), 0u);
      ASSERT_EQ(used[i], all) << population << " cell " << i;
    }
  }
}

TEST(ExampleChain, ReportsWhatItDid) {
  const auto& report = Example().reports.at("connections_PYR");
  EXPECT_THAT(report.at("cells"), ElementsAre(223));
  EXPECT_EQ(report.at("synapses"), report.at("edges"));
  EXPECT_EQ(report.at("synapses"),
            Example().reports.at("synapses_PYR").at("synapses"));
  EXPECT_THAT(report.at("cpu_s"), SizeIs(1));
  EXPECT_EQ(report.at("projections").size(), 4u);
  const auto& categories =
      Example().reports.at("synapses_PYR").at("synapses_per_cell");
  EXPECT_NEAR(categories.at("basal excitatory SO").get<double>(), 90,
              4 * std::sqrt(90.0 / 223));
  for (const auto& [phase, share] : Example().observer.progress)
    EXPECT_EQ(share, 1) << phase;
}

TEST(SmallChain, RotatesSomataAndKeepsThemInTheirBand) {
  const auto reader = Small().Open("network/coordinates.h5");
  const auto read = [&](const char* attribute) {
    return reader
        .ReadCells<float>("PYR", neuroh5::kGeneratedCoordinates, attribute,
                          Selection::All())
        ->values;
  };
  const auto u = read(neuroh5::kUCoordinate), l = read(neuroh5::kLCoordinate);
  const auto x = read(neuroh5::kXCoordinate), z = read(neuroh5::kZCoordinate);
  ASSERT_EQ(u.size(), 13u);
  for (std::size_t i = 0; i < u.size(); ++i) {
    EXPECT_GE(l[i], 20);
    EXPECT_LE(l[i], 30);
    // About x by 90: (u, -l, v); then about z by 45.
    EXPECT_NEAR(x[i], (u[i] + l[i]) * std::sqrt(0.5), 1e-4);
    EXPECT_EQ(z[i], read(neuroh5::kVCoordinate)[i]);
  }
}

TEST(SmallChain, MeasuresFromTheOriginOfTheConfig) {
  const auto reader = Small().Open("distances/distances.h5");
  const std::string group = "/Populations/STIM/Arc Distances";
  EXPECT_NEAR(*reader.NumberAttribute(group, neuroh5::kReferenceUMin), -10.01,
              1e-9);
  EXPECT_NEAR(*reader.NumberAttribute(group, neuroh5::kReferenceVMin), 0, 1e-9);
}

TEST(SmallChain, WarnsOfSynapsesOutOfReach) {
  // PYR axons reach 2 um in SP, where OLM cells have synapses.
  EXPECT_THAT(Small().observer.warnings,
              ::testing::Contains(::testing::AllOf(
                  HasSubstr("Projection PYR -> OLM: "),
                  HasSubstr("have no PYR cell within the axon extent"))));
  const auto& projection =
      Small().reports.at("connections_OLM").at("projections").at("PYR");
  EXPECT_GT(projection.at("unconnected").get<int>(), 0);
  EXPECT_EQ(projection.at("synapses").get<int>(),
            projection.at("edges").get<int>() +
                projection.at("unconnected").get<int>());
}

TEST(SmallChain, SpacesUniformSynapsesEvenly) {
  const auto reader = Small().Open("synapses_OLM/synapses.h5");
  const auto locs = *reader.ReadCells<float>(
      "OLM", neuroh5::kSynapseAttributes, neuroh5::kSynLocs, Selection::All());
  ASSERT_EQ(locs.size(), 2u);
  const auto cell = locs[0];
  const double gap = 1.0 / static_cast<double>(cell.size());
  for (std::size_t i = 0; i < cell.size(); ++i)
    EXPECT_NEAR(cell[i], (static_cast<double>(i) + 0.5) * gap, 1e-6);
}

TEST(SmallChain, DrawsSourcesInGroups) {
  const auto reader = Small().Open("graph/connections.h5");
  const auto projection = neuroh5::Projection::Open(reader, {"PYR", "STIM"});
  ASSERT_TRUE(projection.ok());
  EXPECT_EQ(projection->rows(), 13u);
  EXPECT_GT(projection->edges(), 13u * 20);
  EXPECT_THAT(neuroh5::Validate(Small().directory / "graph/connections.h5"),
              IsEmpty());
}

}  // namespace
}  // namespace miv::worker
