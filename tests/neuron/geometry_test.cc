#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "tests/neuron/test_model.h"
#include "worker/simulate/neuron_geometry.h"

namespace miv::simulate {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

worker::StepInput TemplateDirectory() {
  return {ModelDirectory("templates"), "templates"};
}

TEST(NeuronGeometry, ReadsWhatTheTemplateMakesOfTheTree) {
  NeuronGeometryProvider provider(ModelEngine(), TemplateDirectory());
  const auto cell = provider.GeometryOf("P", "Stick", SmallTree());
  ASSERT_TRUE(cell.ok()) << cell.status();
  ASSERT_EQ(cell->sections.size(), 3);
  EXPECT_EQ(cell->sections[0].swc_type, 1);
  EXPECT_EQ(cell->sections[1].swc_type, 4);
  EXPECT_EQ(cell->sections[2].swc_type, 2);
  EXPECT_NEAR(cell->sections[1].length_um, 200, 1e-9);
  EXPECT_EQ(cell->sections[1].nseg, 11);  // 2 int(200 / 40) + 1
  EXPECT_EQ(cell->sections[2].nseg, 7);   // 2 int(150 / 40) + 1
  EXPECT_THAT(cell->sections[1].arc, ElementsAre(0, DoubleNear(0.5, 1e-9), 1));
  EXPECT_THAT(cell->sections[1].layer, ElementsAre(6, 8, 8));
  EXPECT_THAT(cell->sections[1].z, ElementsAre(20, 120, 220));
  EXPECT_THAT(cell->edges,
              ElementsAre(build::SectionEdge{0, 1}, build::SectionEdge{0, 2}));
}

TEST(NeuronGeometry, TakesTheClassOfTheLastPointOutsideTheLists) {
  neuroh5::Tree tree = SmallTree();
  tree.swc_type[4] = tree.swc_type[5] = 7;  // ais: Stick has no list of it
  NeuronGeometryProvider provider(ModelEngine(), TemplateDirectory());
  const auto cell = provider.GeometryOf("P", "Stick", tree);
  ASSERT_TRUE(cell.ok()) << cell.status();
  EXPECT_EQ(cell->sections[2].swc_type, 7);
}

TEST(NeuronGeometry, RemovesItsCells) {
  NeuronGeometryProvider provider(ModelEngine(), TemplateDirectory());
  ASSERT_TRUE(provider.GeometryOf("P", "Stick", SmallTree()).ok());
  ModelEngine().TakeOutput();
  ASSERT_TRUE(ModelEngine().Execute("forall print secname()\n").ok());
  EXPECT_EQ(ModelEngine().TakeOutput(), "");
}

TEST(NeuronGeometry, NamesATemplateThatDoesNotExist) {
  NeuronGeometryProvider provider(ModelEngine(), TemplateDirectory());
  const auto cell = provider.GeometryOf("P", "Absent", SmallTree());
  EXPECT_EQ(cell.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FaultOrMessage(cell.status()).file, "templates/Absent.hoc");
}

TEST(NeuronGeometry, RefusesATemplateThatDropsSections) {
  const std::string directory = TestDirectory();
  ASSERT_TRUE(WriteFileAtomically(
                  directory + "Lazy.hoc",
                  "begintemplate Lazy\npublic sections, soma_list, is_art\n"
                  "create sections[1]\nobjref soma_list\nproc init() {\n"
                  "soma_list = new SectionList()\n"
                  "sections[0] soma_list.append()\n}\n"
                  "func is_art() { return 0 }\nendtemplate Lazy\n")
                  .ok());
  NeuronGeometryProvider provider(ModelEngine(), {directory, "templates"});
  const auto cell = provider.GeometryOf("P", "Lazy", SmallTree());
  EXPECT_EQ(cell.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(cell.status().message()),
              HasSubstr("another number of sections"));
}

TEST(NeuronGeometry, RefusesACellWithoutSoma) {
  const std::string directory = TestDirectory();
  ASSERT_TRUE(WriteFileAtomically(directory + "Headless.hoc",
                                  "begintemplate Headless\npublic sections\n"
                                  "create sections[3]\nproc init() {}\n"
                                  "endtemplate Headless\n")
                  .ok());
  NeuronGeometryProvider provider(ModelEngine(), {directory, "templates"});
  const auto cell = provider.GeometryOf("P", "Headless", SmallTree());
  EXPECT_THAT(std::string(cell.status().message()), HasSubstr("no soma"));
}

}  // namespace
}  // namespace miv::simulate
