// Mistakes in the steps up to the forests, and in the graph of steps.

#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/error_case.h"

namespace miv::pipeline {
namespace {

class NetworkMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(NetworkMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(ErrorAfter(GetParam().overrides), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, NetworkMistake,
    testing::Values(
        ErrorCase{"UnknownKind",
                  {"steps.run.kind=simulaton"},
                  "steps.run.kind: there is no such kind of step; found "
                  "\"simulaton\". Did you mean \"simulation\"?"},
        ErrorCase{"UnknownStepInUses",
                  {"steps.run.uses=[grph]"},
                  "steps.run.uses[0]: there is no such step; found \"grph\". "
                  "Did you mean \"graph\"?"},
        ErrorCase{"Cycle",
                  {"steps.h5_types.uses=[run]"},
                  "steps.h5_types.uses: the steps depend on each other: "
                  "h5_types -> run -> graph -> network -> h5_types. Remove "
                  "one of them from `uses`."},
        ErrorCase{"PipelineName",
                  {"name=a/b"},
                  "name: not a name of a pipeline; expected 1 to 100 "
                  "printable characters without /, found \"a/b\""},
        ErrorCase{"RanksInConfig",
                  {"steps.network.config.ranks=0"},
                  "steps.network.config.ranks: the value is out of range; "
                  "expected an integer from 1 to 1024, found 0"},
        ErrorCase{"TwoSeeds",
                  {"steps.network.config.seed=4", "steps.network.seed=5"},
                  "steps.network.config.seed: the step has another seed; "
                  "expected 5, found 4. Give the seed once."},
        ErrorCase{"NoTypes",
                  {"steps.network.uses=[]"},
                  "steps.network.uses: nothing that the step uses provides "
                  "its input \"types\". Add a step of kind h5_types to "
                  "`uses`, or an import that stands for it."},
        ErrorCase{"NegativeCount",
                  {"steps.h5_types.config.cell_distributions.PYR.SP=-3"},
                  "steps.h5_types.config.cell_distributions.PYR.SP: the "
                  "value is out of range; expected an integer from 0 to "
                  "4294967295, found -3"},
        ErrorCase{"FractionalCount",
                  {"steps.h5_types.config.cell_distributions.PYR.SP=2.5"},
                  "steps.h5_types.config.cell_distributions.PYR.SP: the "
                  "value has the wrong type; expected an integer from 0 to "
                  "4294967295, found 2.5"},
        ErrorCase{"EmptyPopulation",
                  {"steps.h5_types.config.cell_distributions.PYR.SP=0"},
                  "steps.h5_types.config.cell_distributions.PYR: the "
                  "population has no cells. Give it cells or leave it out."},
        ErrorCase{
            "TooManyCells",
            {"steps.h5_types.config.cell_distributions.PYR.SP=4294967295"},
            "steps.h5_types.config.cell_distributions: the network has "
            "too many cells; expected at most 4294967295, found "
            "4294967473"},
        ErrorCase{"UndefinedPopulation",
                  {"steps.h5_types.config.cell_distributions.CA3={SP: 3}"},
                  "steps.h5_types.config.cell_distributions.CA3: the "
                  "population has no entry in population_definitions; "
                  "expected one of OLM, PVBC, PYR, STIM, found \"CA3\". Add "
                  "CA3: NUMBER to population_definitions."},
        ErrorCase{"PopulationName",
                  {"steps.h5_types.config.cell_distributions.a/b={SP: 3}"},
                  "steps.h5_types.config.cell_distributions.a/b: not a name "
                  "of a population; expected at most 100 printable "
                  "characters without / : and ."},
        ErrorCase{"DoubleDefinition",
                  {"steps.h5_types.config.population_definitions={STIM: 0, "
                   "PYR: 1, PVBC: 2, OLM: 2}"},
                  "steps.h5_types.config.population_definitions.PVBC: the "
                  "number 2 already stands for OLM. Give every population "
                  "its own number."},
        ErrorCase{"DefinitionWithoutCells",
                  {"steps.h5_types.config.population_definitions={STIM: 0, "
                   "PYR: 1, PVBC: 2, OLM: 3, CA3: 4}"},
                  "steps.h5_types.config.population_definitions.CA3: the "
                  "population has no entry in cell_distributions. Add it "
                  "there, or remove it here."},
        ErrorCase{"DoubleProjection",
                  {"steps.h5_types.config.projections.PYR=[STIM, STIM]"},
                  "steps.h5_types.config.projections.PYR[1]: the source is "
                  "listed twice; found \"STIM\""},
        ErrorCase{"UnknownSource",
                  {"steps.h5_types.config.projections.PYR=[STIN]"},
                  "steps.h5_types.config.projections.PYR[0]: the network has "
                  "no such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"STIN\". Did you mean \"STIM\"?"},
        ErrorCase{"UnknownDestination",
                  {"steps.h5_types.config.projections.CA3=[STIM]"},
                  "steps.h5_types.config.projections.CA3: the network has no "
                  "such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"CA3\""},
        ErrorCase{"NoExtents",
                  {"steps.network.config.layer_extents="},
                  "steps.network.config.layer_extents: the field is "
                  "required; expected a mapping from layer to a list of 2 "
                  "lists"},
        ErrorCase{"FlatLayer",
                  {"steps.network.config.layer_extents.SP[1][2]=5"},
                  "steps.network.config.layer_extents.SP[1][2]: the layer "
                  "has no extent along L; expected a number above 5, found 5"},
        ErrorCase{"ShortCorner",
                  {"steps.network.config.layer_extents.SP[1]=[1, 2]"},
                  "steps.network.config.layer_extents.SP[1]: the value is "
                  "too short; expected a list of 3 numbers, found [1,2]"},
        ErrorCase{"LayerWithoutExtent",
                  {"steps.network.config.layer_extents.SP="},
                  "steps.network.config.cell_distributions.PVBC.SP: the "
                  "layer has no entry in layer_extents; expected one of SLM, "
                  "SO, SR, found \"SP\". Did you mean \"SO\"?"},
        ErrorCase{"OtherCount",
                  {"steps.network.config.cell_distributions={PYR: {SP: 3}}"},
                  "steps.network.config.cell_distributions.PYR: h5_types has "
                  "another number of PYR cells; expected 223, found 3. Leave "
                  "cell_distributions out here: it is taken from h5_types."},
        ErrorCase{"MissingCount",
                  {"steps.network.config.cell_distributions={STIM: {SP: 64}, "
                   "PYR: {SP: 223}, PVBC: {SP: 93}}"},
                  "steps.network.config.cell_distributions: population OLM "
                  "of h5_types is missing. Leave cell_distributions out "
                  "here: it is taken from h5_types."},
        ErrorCase{"BandOutsideLayer",
                  {"steps.network.config.cell_constraints={PYR: {SP: [60, "
                   "70]}}"},
                  "steps.network.config.cell_constraints.PYR.SP: the band "
                  "leaves no room in the layer; expected [low, high] with "
                  "low < high, within 5 to 50, found [60,70]"},
        ErrorCase{
            "BandOfNobody",
            {"steps.network.config.cell_constraints={PYRO: {SP: [6, 7]}}"},
            "steps.network.config.cell_constraints.PYRO: the network "
            "has no such population; expected one of OLM, PVBC, PYR, "
            "STIM, found \"PYRO\". Did you mean \"PYR\"?"},
        ErrorCase{"BandOfNoLayer",
                  {"steps.network.config.cell_constraints={PYR: {SX: [6, 7]}}"},
                  "steps.network.config.cell_constraints.PYR.SX: the layer "
                  "has no entry in layer_extents; expected one of SLM, SO, "
                  "SP, SR, found \"SX\". Did you mean \"SO\"?"},
        ErrorCase{"PopulationToPlace",
                  {"steps.network.config.populations=[PYRO]"},
                  "steps.network.config.populations[0]: the network has no "
                  "such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"PYRO\". Did you mean \"PYR\"?"},
        ErrorCase{"Rotation",
                  {"steps.network.config.rotation=[1, 2]"},
                  "steps.network.config.rotation: the value is too short; "
                  "expected a list of 3 numbers, found [1,2]"},
        ErrorCase{"OriginName",
                  {"steps.distances.config={origin: {U: medain}}"},
                  "steps.distances.config.origin.U: unknown reduction; "
                  "expected one of min, max, mean, median, found \"medain\". "
                  "Did you mean \"median\"?"},
        ErrorCase{"NoCoordinates",
                  {"steps.distances.uses=[h5_types]"},
                  "steps.distances.uses: nothing that the step uses provides "
                  "its input \"coordinates\". Add a step of kind "
                  "network_architecture to `uses`, or an import that stands "
                  "for it."},
        ErrorCase{"ForestOfNobody",
                  {"steps.forest_PYR.config.population=PYRR"},
                  "steps.forest_PYR.config.population: the network has no "
                  "such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"PYRR\". Did you mean \"PYR\"?"},
        ErrorCase{"ForestWithoutPopulation",
                  {"steps.forest_PYR.config.population="},
                  "steps.forest_PYR.config.population: the field is "
                  "required; expected a population"},
        ErrorCase{"NoMorphology",
                  {"steps.forest_PYR.config.morphology=", "files.morphology="},
                  "steps.forest_PYR.config: nothing that the step uses "
                  "provides its input \"morphology of PYR\". Give morphology "
                  "in the step's config, or files.morphology."},
        ErrorCase{"MisspeltField",
                  {"steps.forest_PYR.config.morfology=x"},
                  "steps.forest_PYR.config.morfology: unknown field of "
                  "generate_synapse_forest. Did you mean \"morphology\"?"},
        ErrorCase{"GraphField",
                  {"steps.graph.config={cells: x}"},
                  "steps.graph.config.cells: unknown field of neuroh5_graph. "
                  "Known: coordinates_alias."}),
    CaseName);

}  // namespace
}  // namespace miv::pipeline
