// The published network through all build steps: totals and files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/neuroh5/validate.h"
#include "tests/conformance/build/rc_separation.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using ::testing::IsEmpty;

constexpr char kNetwork[] = R"(api: miv/v1
name: rc-separation
files: {templates: ., mechanisms: ., morphology: .}
steps:
  h5_types:
    kind: h5_types
    config:
      cell_distributions:
        STIM: {SO: 0, SP: 64, SR: 0, SLM: 0}
        PYR: {SO: 0, SP: 223, SR: 0, SLM: 0}
        PVBC: {SO: 35, SP: 50, SR: 8, SLM: 0}
        OLM: {SO: 21, SP: 0, SR: 0, SLM: 0}
      projections:
        PYR: [STIM, PYR, PVBC, OLM]
        PVBC: [PYR, STIM, PVBC, OLM]
        OLM: [PYR, PVBC]
  network:
    kind: network_architecture
    uses: [h5_types]
    config:
      layer_extents:
        SO: [[0.0, 0.0, 0.0], [200.0, 200.0, 5.0]]
        SP: [[0.0, 0.0, 5.0], [200.0, 200.0, 50.0]]
        SR: [[0.0, 0.0, 50.0], [200.0, 200.0, 100.0]]
        SLM: [[0.0, 0.0, 100.0], [200.0, 200.0, 150.0]]
  distances: {kind: measure_distances, uses: network}
)";

constexpr char kPopulation[] = R"(  forest_@P:
    kind: generate_synapse_forest
    uses: [network, distances]
    config: {population: @P, morphology: @CASE/morphology/@P.swc}
  synapses_@P:
    kind: distribute_synapses
    uses: [network, forest_@P]
    config:
      population: @P
      distribution: poisson
      cell_types: from_file('@CASE/config/cell_types.yml')
  connections_@P:
    kind: generate_connections
    uses: [network, distances, synapses_@P]
    config:
      population: @P
      synapses: from_file('@CASE/config/synapses.yml')
      axon_extents:
        STIM: {default: {width: [200, 200], offset: [0, 0]}}
        PYR: {default: {width: [200, 200], offset: [0, 0]}}
        PVBC: {default: {width: [200, 200], offset: [0, 0]}}
        OLM: {default: {width: [200, 200], offset: [0, 0]}}
)";

constexpr char kGraph[] = R"(  graph:
    kind: neuroh5_graph
    uses: [network, distances, forest_PYR, forest_PVBC, forest_OLM,
           synapses_PYR, synapses_PVBC, synapses_OLM,
           connections_PYR, connections_PVBC, connections_OLM]
)";

/// One segment per section for PYR, the d_lambda rule for the others.
class CaseGeometry final : public GeometryProvider {
 public:
  absl::StatusOr<build::CellGeometry> GeometryOf(
      const std::string& population, const std::string& template_name,
      const neuroh5::Tree& tree) override {
    build::NsegPolicy policy;
    if (population != "PYR") policy.kind = build::NsegPolicy::Kind::kDLambda;
    return NativeGeometryProvider(policy).GeometryOf(population, template_name,
                                                     tree);
  }
};

TEST(PublishedNetwork, HasItsSynapsesAndEdges) {
  using build::rc_separation::Available;
  if (!Available())
    GTEST_SKIP() << "no case files at " << build::rc_separation::SwcPath("PYR");
  const test::TempDirectory directory;
  std::string text = kNetwork;
  for (const char* population : {"PYR", "PVBC", "OLM"})
    absl::StrAppend(
        &text,
        absl::StrReplaceAll(kPopulation,
                            {{"@P", population},
                             {"@CASE", build::rc_separation::SharedDirectory() +
                                           "/cases/rc-separation"}}));
  absl::StrAppend(&text, kGraph);
  ASSERT_TRUE(WriteFileAtomically(directory / "network.yaml", text).ok());
  const auto chain = LoadChain(directory / "network.yaml");
  ASSERT_TRUE(chain.ok()) << chain.status();
  CaseGeometry geometry;
  RecordingObserver observer;
  parallel::SingleRank ranks;
  const auto reports =
      RunChain(*chain, directory / "out", ranks, geometry, observer);
  ASSERT_TRUE(reports.ok()) << reports.status();
  // Cells, mean and sd of synapses per cell.
  for (const auto& [population, cells, mean, sd] :
       {std::tuple{"PYR", 223.0, 21285.0, 206.0},
        std::tuple{"PVBC", 93.0, 6531.0, 92.0},
        std::tuple{"OLM", 21.0, 3651.0, 74.0}}) {
    const auto& synapses = reports->at(absl::StrCat("synapses_", population));
    const double placed = synapses.at("synapses")[0].get<double>();
    EXPECT_NEAR(placed / cells, mean, 4 * sd / std::sqrt(cells) + 0.5)
        << population;
    EXPECT_EQ(reports->at(absl::StrCat("connections_", population))
                  .at("edges")[0]
                  .get<double>(),
              placed);
  }
  EXPECT_THAT(neuroh5::Validate(directory / "out/graph/cells.h5"), IsEmpty());
  EXPECT_THAT(neuroh5::Validate(directory / "out/graph/connections.h5"),
              IsEmpty());
  EXPECT_THAT(observer.warnings, IsEmpty());
}

}  // namespace
}  // namespace miv::worker
