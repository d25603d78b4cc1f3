#include "common/pipeline/kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/base/fault.h"

namespace miv::pipeline {
namespace {

using testing::ElementsAre;

TEST(FindKind, KnowsEverySpelling) {
  // Page-era name, later name, and the module that a script names.
  const std::pair<const char*, const char*> kSpellings[] = {
      {"h5_types", "h5_types"},
      {"network_architecture", "network_architecture"},
      {"architecture", "network_architecture"},
      {"measure_distances", "measure_distances"},
      {"distances", "measure_distances"},
      {"generate_synapse_forest", "generate_synapse_forest"},
      {"synapse_forest", "generate_synapse_forest"},
      {"distribute_synapses", "distribute_synapses"},
      {"synapses", "distribute_synapses"},
      {"generate_connections", "generate_connections"},
      {"connections", "generate_connections"},
      {"neuroh5_graph", "neuroh5_graph"},
      {"gap_junctions", "gap_junctions"},
      {"input_spikes", "input_spikes"},
      {"import", "import"},
      {"script", "script"},
      {"simulation", "simulation"},
      {"miv_simulator.interface.h5_types", "h5_types"},
      {"miv_simulator.interface.architecture", "network_architecture"}};
  for (const auto& [name, canonical] : kSpellings) {
    const auto kind = FindKind(name);
    ASSERT_TRUE(kind.ok()) << kind.status();
    EXPECT_EQ((*kind)->name, canonical);
  }
}

TEST(FindKind, SuggestsTheNearestName) {
  const auto status = FindKind("generate_conections").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "there is no such kind of step; found \"generate_conections\". Did "
            "you mean \"generate_connections\"?");
  EXPECT_EQ(FaultOf(status)->reason, "UNKNOWN_KIND");
}

TEST(AllKinds, NamesAreUnique) {
  std::set<std::string> names;
  for (const KindInfo& kind : AllKinds()) {
    EXPECT_TRUE(names.insert(kind.name).second);
    for (const auto& alias : kind.aliases)
      EXPECT_TRUE(names.insert(alias).second) << alias;
    EXPECT_EQ(&KindNamed(kind.name), &kind);
  }
}

TEST(AllKinds, OutputsAreThoseOfTheFileTable) {
  EXPECT_THAT(KindNamed("h5_types").outputs, ElementsAre("neuro.h5"));
  EXPECT_THAT(KindNamed("network_architecture").outputs,
              ElementsAre("coordinates.h5"));
  EXPECT_THAT(KindNamed("measure_distances").outputs,
              ElementsAre("distances.h5"));
  EXPECT_THAT(KindNamed("generate_synapse_forest").outputs,
              ElementsAre("forest.h5"));
  EXPECT_THAT(KindNamed("distribute_synapses").outputs,
              ElementsAre("synapses.h5"));
  EXPECT_THAT(KindNamed("generate_connections").outputs,
              ElementsAre("connectivity.h5"));
  EXPECT_THAT(KindNamed("gap_junctions").outputs,
              ElementsAre("gap_junctions.h5"));
  EXPECT_THAT(KindNamed("input_spikes").outputs,
              ElementsAre("input_spikes.h5"));
  EXPECT_THAT(KindNamed("neuroh5_graph").outputs,
              ElementsAre("cells.h5", "connections.h5"));
}

TEST(AllKinds, OnlyKindsThatLoadUserCodeNeedAModelGroup) {
  for (const KindInfo& kind : AllKinds())
    EXPECT_EQ(kind.group == KindGroup::kModel,
              kind.name == "distribute_synapses" || kind.name == "script" ||
                  kind.name == "simulation")
        << kind.name;
}

TEST(AllKinds, RolesComeFromKindsWithThatOutput) {
  for (const KindInfo& kind : AllKinds())
    for (const InputRole& role : kind.inputs) {
      // Only some runs save a checkpoint.
      if (role.role == "start_from") continue;
      for (const std::string& from : role.from_kinds) {
        const auto& outputs = KindNamed(from).outputs;
        EXPECT_NE(std::find(outputs.begin(), outputs.end(), role.output),
                  outputs.end())
            << kind.name << " " << role.role;
      }
      const bool known =
          role.field.empty() || kind.config.FindField(role.field) != nullptr;
      EXPECT_TRUE(known) << kind.name << " " << role.field;
    }
}

}  // namespace
}  // namespace miv::pipeline
