// The structures of client/components against the tables of common/pipeline:
// a field that only one of the two knows shows up here.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/components/build.h"
#include "client/components/other.h"
#include "client/components/simulation.h"
#include "common/pipeline/kinds.h"
#include "common/pipeline/network_kind.h"

namespace miv::client {
namespace {

using pipeline::FieldUse;
using pipeline::Schema;
using pipeline::ValueType;
using ::testing::IsEmpty;

// What a step says outside of its config, and sizes of buffers.
bool OfTheStep(const pipeline::Field& field) {
  return field.use == FieldUse::kUnused ||
         (field.use == FieldUse::kResource &&
          field.name != "checkpoint_interval");
}

void Compare(const Schema& schema, const Json& value, const std::string& path,
             std::vector<std::string>* missing);

void CompareRecord(const Schema& schema, const Json& value,
                   const std::string& path, std::vector<std::string>* missing) {
  for (const auto& field : schema.fields) {
    if (OfTheStep(field)) continue;
    const std::string at = path + "." + field.name;
    if (value.contains(field.name))
      Compare(field.schema, value[field.name], at, missing);
    else
      missing->push_back(at);
  }
}

// Fields of records in `schema` that `value` does not hold.
void Compare(const Schema& schema, const Json& value, const std::string& path,
             std::vector<std::string>* missing) {
  if (schema.type == ValueType::kRecord) {
    ASSERT_TRUE(value.is_object()) << path;
    CompareRecord(schema, value, path, missing);
  }
  const bool nested =
      schema.type == ValueType::kList || schema.type == ValueType::kMap;
  if (nested && schema.element->type != ValueType::kAny) {
    ASSERT_TRUE(value.is_structured() && !value.empty()) << path;
    Compare(*schema.element, *value.begin(), path + "[]", missing);
  }
  if (schema.type != ValueType::kOneOf) return;
  for (const Schema& one : schema.alternatives)
    if ((one.type == ValueType::kRecord && value.is_object()) ||
        (one.type == ValueType::kList && value.is_array()))
      Compare(one, value, path, missing);
}

template <typename Component>
std::vector<std::string> Missing(const Component& component,
                                 const std::string& derived = "") {
  const auto& kind = std::string(Component::kKind) == "network"
                         ? pipeline::NetworkKind()
                         : pipeline::KindNamed(Component::kKind);
  Json config = ToConfig(component);
  EXPECT_TRUE(pipeline::ApplySchema(kind.config, "config", config).ok())
      << pipeline::ApplySchema(kind.config, "config", config);
  std::vector<std::string> missing;
  Compare(kind.config, ToConfig(component), kind.name, &missing);
  std::erase(missing, kind.name + "." + derived);
  return missing;
}

const CellDistributions kCells = {{"PYR", {{"SP", 2}}}};
const LayerExtents kExtents = {{"SP", {{0, 0, 0}, {90, 90, 50}}}};
const std::map<std::string, int> kNumbers = {{"PYR", 100}};
const Projections kProjections = {
    {"PYR",
     {{"STIM",
       {.type = SynapseType::kExcitatory,
        .sections = {SectionClass::kBasal},
        .layers = {"SP"},
        .proportions = {1},
        .mechanisms = {{"AMPA", {{"g_unit", 1e-4}}}},
        .contacts = 2}}}}};
const CellTypes kCellTypes = {
    {"PYR",
     {.template_name = "A",
      .template_file = "A.hoc",
      .template_class = "A",
      .mechanism = std::map<std::string, Json>{{"spike detector",
                                                {{"section", "axon"}}}},
      .synapses =
          CellSynapses{
              .density = {{SectionClass::kBasal,
                           {{SynapseType::kExcitatory,
                             {{"SP", {.mean = 1, .variance = 0.5}}}}}}},
              .last_layers = {{SectionClass::kBasal,
                               {{SynapseType::kExcitatory, "SP"}}}},
              .unique = true,
              .weights = {{{"Weights"}, "a * b", {"a"}, {{"b", 2}}}}},
      .spike_train = SpikeTrainSource{"Input Spikes", "Spike Train"}}}};

TEST(Fields, OfTheKindsThatPlaceCells) {
  EXPECT_THAT(Missing(H5Types{.cell_distributions = kCells,
                              .projections = {{"PYR", {"STIM"}}},
                              .population_definitions = kNumbers}),
              IsEmpty());
  EXPECT_THAT(Missing(NetworkArchitecture{
                  .filepath = "a.h5",
                  .cell_distributions = kCells,
                  .layer_extents = kExtents,
                  .rotation = {{0, 0, 1}},
                  .cell_constraints = {{"PYR", {{"SP", {{0, 1}}}}}},
                  .points = {{"@a", File("a.txt")}},
                  .rotation_order = RotationOrder::kLastAxis,
                  .populations = {"PYR"},
                  .coordinate_namespace = "C",
                  .nodeiter = 3,
                  .dispersion_delta = 0.2,
                  .snap_delta = 0.1,
                  .compat_sampling = true}),
              IsEmpty());
  EXPECT_THAT(Missing(MeasureDistances{
                  .filepath = "a.h5",
                  .cell_distributions = kCells,
                  .layer_extents = kExtents,
                  .rotation = {{0, 0, 1}},
                  .origin = {{"U", 5.0}, {"V", "mean"}, {"L", "max"}},
                  .populations = {"PYR"},
                  .coordinate_namespace = "C"}),
              IsEmpty());
}

TEST(Fields, OfTheKindsThatConnectCells) {
  EXPECT_THAT(
      Missing(GenerateSynapseForest{
          .filepath = "a.h5",
          .population = "PYR",
          .morphology = std::vector<Morphology>{{"a.swc", {3, "10-19"}}},
          .layer_from = LayerSource::kDepth,
          .depth_axis = "-z",
          .soma_layer = "SP",
          .layer_extents = kExtents,
          .layer_definitions = {{"SP", 6}}}),
      IsEmpty());
  EXPECT_THAT(Missing(DistributeSynapses{
                  .forest_filepath = "a.h5",
                  .cell_types = kCellTypes,
                  .population = "PYR",
                  .layer_definitions = {{"SP", 6}},
                  .distribution = Distribution::kPoisson,
                  .density_semantics = DensitySemantics::kLastLayer,
                  .point_process = PointProcess::kOriginal,
                  .template_path = "t",
                  .mechanisms_path = "m"}),
              IsEmpty());
  EXPECT_THAT(
      Missing(GenerateConnections{
          .filepath = "a.h5",
          .forest_filepath = "b.h5",
          .population = "PYR",
          .axon_extents = {{"STIM", {{"default", {{{200, 200}}, {{1, 1}}}}}}},
          .synapses = kProjections,
          .population_definitions = kNumbers,
          .layer_definitions = {{"SP", 6}},
          .include_forest_populations = {"PYR"},
          .allow_autapses = true,
          .distances_namespace = "D",
          .synapses_namespace = "S"}),
      IsEmpty());
  EXPECT_THAT(Missing(Neuroh5Graph{.coordinates_alias = {"STIM"}}), IsEmpty());
  EXPECT_THAT(Missing(GapJunctions{
                  .filepath = "a.h5",
                  .locations = {{"PYR", {{"PYR", {SectionClass::kSoma}}}}},
                  .connection_probabilities = {{"PYR", {{"PYR", 0.5}}}},
                  .connection_weights = {{"10", 1.0}},
                  .connection_bounds = {{0, 100}},
                  .coupling_coefficients = {{"PYR", {{"PYR", 0.1}}}},
                  .coupling_weights = {{"10", 1.0}},
                  .coupling_bounds = {{0, 100}},
                  .directions = Directions::kOne,
                  .coordinate_namespace = "C"}),
              IsEmpty());
}

TEST(Fields, OfTheOtherKinds) {
  EXPECT_THAT(
      Missing(InputSpikes{
          .filepath = "a.h5",
          .inputs = {{.population = "STIM",
                      .gids = {1},
                      .rate = 3,
                      .profile =
                          RateProfile{{0, 10}, {1, 2}, Interpolation::kStep},
                      .trains = {{"1", {1, 2}}},
                      .modulation = Modulation{8, 0.5, 0.1},
                      .start = 1,
                      .stop = 9,
                      .refractory = 2}},
          .trials = {.n = 2, .duration = 10},
          .equilibration = 1,
          .refractory = 1,
          .namespace_name = "N",
          .attribute = "A"}),
      IsEmpty());
  EXPECT_THAT(Missing(Import{.file = "a",
                             .stands_for = "generate_synapse_forest",
                             .population = "PYR",
                             .gids = {{"3", "a.swc"}},
                             .layer_from = LayerSource::kDepth,
                             .depth_axis = "y",
                             .soma_layer = "SP",
                             .layer_extents = kExtents,
                             .layer_definitions = {{"SP", 6}}}),
              IsEmpty());
  EXPECT_THAT(Missing(Script{.program = "a.py",
                             .interpreter = "python3",
                             .args = {"--n", 3.0},
                             .inputs = {{"cells", "a.h5"}},
                             .outputs = {"b.h5"},
                             .stands_for = "neuroh5_graph",
                             .population = "PYR",
                             .environment = {{"N", 1.0}},
                             .timeout_s = 5}),
              IsEmpty());
  EXPECT_THAT(Missing(Verify{.cells = "a.h5", .connections = "b.h5"},
                      /*derived=*/"expectations"),
              IsEmpty());
}

Simulation EveryField() {
  return {.cells = "a.h5",
          .connections = "b.h5",
          .templates = "t",
          .mechanisms = "m",
          .cell_types = kCellTypes,
          .synapses = kProjections,
          .connection_velocity = 100.0,
          .synapse_mechanisms = {{"AMPA", "Exp2Syn"}},
          .synapse_rules = {{"Exp2Syn", {{"tau1"}, {{"weight", 0}}}}},
          .param_scope = ParameterScope::kByMechanism,
          .tied_events = TiedEvents::kBySource,
          .isolate_cells = false,
          .nseg = SegmentRule{0.1, 50},
          .t_end = 10,
          .dt = 0.05,
          .v_init = -70,
          .celsius = 34,
          .secondorder = 0,
          .stimulus = {{.population = "STIM",
                        .gids = {1},
                        .times = SpikeTrain{1, 2},
                        .rate = 5,
                        .start = 1,
                        .stop = 2,
                        .file = "s.h5",
                        .namespace_name = "N",
                        .attribute = "A"}},
          .clamps = {{.population = "PYR",
                      .gids = {1},
                      .gid = 1,
                      .section = "soma",
                      .loc = 0.5,
                      .delay = 1,
                      .dur = 1,
                      .amp = 0.1,
                      .levels = {-70},
                      .durations = {5},
                      .rs = 1}},
          .lfp = {{.label = "E",
                   .pos = {1, 2, 3},
                   .rho = 300,
                   .dt_lfp = 0.2,
                   .mode = LfpMode::kExact,
                   .place_cells = CellPlacement::kTrees,
                   .max_e_dist = 100,
                   .fdst = 0.5,
                   .populations = {"PYR"},
                   .seed = 3}},
          .record = {{.label = "v",
                      .variable = "v",
                      .gids = {1},
                      .population = "PYR",
                      .fraction = 0.5,
                      .limit = 3,
                      .section = "all",
                      .loc = "all",
                      .dt = 0.1}},
          .hooks = {{"h.py", "after_cells", {"a.txt"}}},
          .gap_junctions = "g.h5",
          .python = false,
          .debug = SimulationDebug{true, true},
          .checkpoint_interval = 100,
          .start_from = "c.miv",
          .save_checkpoint = true};
}

TEST(Fields, OfASimulation) { EXPECT_THAT(Missing(EveryField()), IsEmpty()); }

TEST(Fields, OfANetwork) {
  const Json config = ToConfig(Network{.config_filepath = "a.yaml",
                                       .config = {{"Geometry", Json::object()}},
                                       .template_path = "t",
                                       .mechanisms_path = "m",
                                       .morphology_path = "s",
                                       .populations = {"PYR"},
                                       .projections = {{"PYR", {"STIM"}}},
                                       .options = {{"h5_types", {{"a", 1}}}},
                                       .recording_profile = "all"});
  for (const auto& field : pipeline::NetworkKind().config.fields)
    EXPECT_TRUE(config.contains(field.name) || OfTheStep(field)) << field.name;
}

TEST(Fields, HaveAllTheirNames) {
  Json classes = Json::array();
  for (int k = 0; k < 8; ++k)
    classes.push_back(ConfigName(static_cast<SectionClass>(k)));
  EXPECT_EQ(classes, Json({"soma", "axon", "basal", "apical", "trunk", "tuft",
                           "ais", "hillock"}));
  EXPECT_EQ(Parameter::Unset().ToJson(), Json());
  EXPECT_EQ(
      Parameter(Expression{"a * b", {"a"}, {{"b", 2.0}}}).ToJson(),
      Json({{"expr", "a * b"}, {"parameter", {"a"}}, {"const", {{"b", 2.0}}}}));
}

}  // namespace
}  // namespace miv::client
