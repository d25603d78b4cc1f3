// The published cells as hoc templates lay them out in NEURON, against the
// layout without templates: the same geometry, synapse for synapse.

#include <gtest/gtest.h>

#include <string>

#include "tests/conformance/build/rc_separation.h"
#include "tests/neuron/shared_engine.h"
#include "worker/build/steps/tree_conversion.h"
#include "worker/build/synapses/synapse_placement.h"
#include "worker/simulate/neuron_geometry.h"

namespace miv::build {
namespace {

using namespace rc_separation;  // NOLINT: the vocabulary of this test

class PublishedTemplates : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!Available()) GTEST_SKIP() << "no case files at " << SwcPath("PYR");
    simulate::NeuronGeometryProvider provider(
        simulate::neuron::SharedEngine(),
        {MIV_BINARY_DIR "/tests/rc_separation/templates", "templates"});
    const std::string population = GetParam();
    auto cell = provider.GeometryOf(population, Template(population),
                                    worker::TreeOf(Load(population)));
    ASSERT_TRUE(cell.ok()) << cell.status();
    in_neuron_ = *std::move(cell);
    native_ = Geometry(population);
  }

  static std::string Template(const std::string& population) {
    if (population == "PYR") return "PoolosPyramidalCell";
    return population == "PVBC" ? "PVBasketCell" : "OLMCell";
  }

  CellGeometry in_neuron_, native_;
};

// Both compute in double from the same float32 points.
TEST_P(PublishedTemplates, LayTheCellOutAsTheNativeGeometryDoes) {
  ASSERT_EQ(in_neuron_.sections.size(), native_.sections.size());
  EXPECT_EQ(in_neuron_.edges, native_.edges);
  for (std::size_t s = 0; s < native_.sections.size(); ++s) {
    const SectionGeometry& a = in_neuron_.sections[s];
    const SectionGeometry& b = native_.sections[s];
    EXPECT_EQ(a.swc_type, b.swc_type) << s;
    EXPECT_EQ(a.nseg, b.nseg) << s;
    EXPECT_EQ(a.layer, b.layer) << s;
    EXPECT_EQ(a.length_um, b.length_um) << s;
    EXPECT_EQ(a.arc, b.arc) << s;
    EXPECT_EQ(a.x, b.x) << s;
    EXPECT_EQ(a.y, b.y) << s;
    EXPECT_EQ(a.z, b.z) << s;
  }
}

TEST_P(PublishedTemplates, GetTheSameSynapses) {
  const std::string population = GetParam();
  SynapseOptions original;
  original.point_process = PointProcess::kOriginal;
  original.density_semantics = DensitySemantics::kLastLayer;
  for (const SynapseOptions& options : {SynapseOptions{}, original}) {
    const auto a =
        SynapsePlan::Create(in_neuron_, Densities(population), options);
    const auto b = SynapsePlan::Create(native_, Densities(population), options);
    ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
    for (std::uint32_t gid = 0; gid < 3; ++gid) {
      SynapseTable from_neuron, from_native;
      a->Place(0, gid, from_neuron);
      b->Place(0, gid, from_native);
      ASSERT_GT(from_neuron.size(), 3000u);
      EXPECT_TRUE(from_neuron == from_native) << population << " " << gid;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, PublishedTemplates,
                         ::testing::Values("PYR", "PVBC", "OLM"),
                         [](const auto& info) {
                           return std::string(info.param);
                         });

}  // namespace
}  // namespace miv::build
