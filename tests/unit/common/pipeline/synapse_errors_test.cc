// Mistakes in placing and connecting synapses.

#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/error_case.h"

namespace miv::pipeline {
namespace {

class SynapseMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(SynapseMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(ErrorAfter(GetParam().overrides), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, SynapseMistake,
    testing::Values(
        ErrorCase{"PlacedOnNobody",
                  {"steps.synapses_PYR.config.population=PYRR"},
                  "steps.synapses_PYR.config.population: the network has no "
                  "such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"PYRR\". Did you mean \"PYR\"?"},
        ErrorCase{"NoForest",
                  {"steps.synapses_PYR.config.population=STIM"},
                  "steps.synapses_PYR.uses: nothing that the step uses "
                  "provides its input \"forest of STIM\". Add a step of kind "
                  "generate_synapse_forest for STIM to `uses`, or an import "
                  "that stands for it."},
        ErrorCase{"WhichPopulation",
                  {"steps.synapses_PYR.config.population="},
                  "steps.synapses_PYR.config.population: the field is "
                  "required: the step uses several populations; expected one "
                  "of OLM, PVBC, PYR. Say which population the step is about."},
        ErrorCase{"NoTemplates",
                  {"files.templates="},
                  "steps.synapses_PYR.config: nothing that the step uses "
                  "provides its input \"templates\". Set files.templates, or "
                  "template_path in the step's config."},
        ErrorCase{"NoCellTypes",
                  {"steps.synapses_PYR.config.cell_types="},
                  "steps.synapses_PYR.config.cell_types: the field is "
                  "required; expected a mapping from population to a mapping "
                  "with template, template file, template class, mechanism, "
                  "synapses, spike train"},
        ErrorCase{"NoCellType",
                  {"steps.synapses_PYR.config.cell_types.PYR="},
                  "steps.synapses_PYR.config.cell_types.PYR: the population "
                  "has no cell type; found OLM, PVBC, STIM. Known: OLM, "
                  "PVBC, STIM."},
        ErrorCase{"NoTemplate",
                  {"steps.synapses_PYR.config.cell_types.PYR.template="},
                  "steps.synapses_PYR.config.cell_types.PYR.template: the "
                  "field is required; expected the name of a hoc template"},
        ErrorCase{"ReducedTemplate",
                  {"steps.synapses_PYR.config.cell_types.PYR.template=PR_nrn"},
                  "steps.synapses_PYR.config.cell_types.PYR.template: "
                  "reduced cells have no tree to place synapses on; found "
                  "\"PR_nrn\". Import the synapses of this population."},
        ErrorCase{"PythonTemplate",
                  {"steps.synapses_PYR.config.cell_types.PYR.template "
                   "class=a.B"},
                  "steps.synapses_PYR.config.cell_types.PYR.template class: "
                  "cells of Python classes do not run here. Give the cell a "
                  "hoc template."},
        ErrorCase{"NoDensity",
                  {"steps.synapses_PYR.config.cell_types.PYR.synapses.density="
                   "{}"},
                  "steps.synapses_PYR.config.cell_types.PYR.synapses.density:"
                  " the cell type has no density above 0; expected {section "
                  "class: {synapse type: {layer or default: {mean, "
                  "variance}}}}. Remove the step if the cells have no "
                  "synapses."},
        ErrorCase{"SectionOfDensity",
                  {"steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                   "apicl={}"},
                  "steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                  "apicl: unknown section class; expected one of soma, axon, "
                  "basal, apical, trunk, tuft, ais, hillock, found "
                  "\"apicl\". Did you mean \"apical\"?"},
        ErrorCase{"TypeOfDensity",
                  {"steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                   "apical.exitatory={}"},
                  "steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                  "apical.exitatory: unknown synapse type; expected one of "
                  "excitatory, inhibitory, modulatory, found \"exitatory\". "
                  "Did you mean \"excitatory\"?"},
        ErrorCase{"LayerOfDensity",
                  {"steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                   "apical.excitatory.SMM={mean: 1}"},
                  "steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                  "apical.excitatory.SMM: the layer has no entry in "
                  "layer_definitions; expected one of GCL, Hilus, IML, MML, "
                  "OML, SL, SLM, SO, SP, SR, found \"SMM\". Did you mean "
                  "\"SLM\"?"},
        ErrorCase{"NoMean",
                  {"steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                   "apical.excitatory.SR={variance: 1}"},
                  "steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                  "apical.excitatory.SR.mean: the field is required; "
                  "expected a number, at least 0"},
        ErrorCase{"NegativeMean",
                  {"steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                   "apical.excitatory.SR.mean=-1"},
                  "steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                  "apical.excitatory.SR.mean: the value is out of range; "
                  "expected a number, at least 0, found -1"},
        ErrorCase{"FieldOfDensity",
                  {"steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                   "apical.excitatory.SR.sd=1"},
                  "steps.synapses_PYR.config.cell_types.PYR.synapses.density."
                  "apical.excitatory.SR.sd: unknown field of a density. "
                  "Known: mean, variance."},
        ErrorCase{"FieldOfCellType",
                  {"steps.synapses_PYR.config.cell_types.PYR.templat=x"},
                  "steps.synapses_PYR.config.cell_types.PYR.templat: unknown "
                  "field of a cell type. Did you mean \"template\"?"},
        ErrorCase{"Distribution",
                  {"steps.synapses_PYR.config.distribution=poison"},
                  "steps.synapses_PYR.config.distribution: unknown "
                  "distribution; expected one of uniform, poisson, found "
                  "\"poison\". Did you mean \"poisson\"?"},
        ErrorCase{"NoDistances",
                  {"steps.connections_PYR.uses=[synapses_PYR]",
                   "steps.forest_PYR.uses=[network]",
                   "steps.forest_PVBC.uses=[network]",
                   "steps.forest_OLM.uses=[network]"},
                  "steps.connections_PYR.uses: nothing that the step uses "
                  "provides its input \"distances\". Add a step of kind "
                  "measure_distances to `uses`, or an import that stands for "
                  "it."},
        ErrorCase{"ConnectedNobody",
                  {"steps.connections_PYR.config.population=CA3"},
                  "steps.connections_PYR.config.population: the network has "
                  "no such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"CA3\""},
        ErrorCase{"NoSynapses",
                  {"steps.connections_PYR.config.population=STIM"},
                  "steps.connections_PYR.uses: nothing that the step uses "
                  "provides its input \"synapses of STIM\". Add a step of "
                  "kind distribute_synapses for STIM to `uses`, or an import "
                  "that stands for it."},
        ErrorCase{"WhichToConnect",
                  {"steps.connections_PYR.config.population="},
                  "steps.connections_PYR.config.population: the field is "
                  "required: the step uses several populations; expected one "
                  "of OLM, PVBC, PYR. Say which population the step is about."},
        ErrorCase{"SeveralToConnect",
                  {"steps.connections_PYR.config.include_forest_populations=[P"
                   "YR, OLM]"},
                  "steps.connections_PYR.config.include_forest_populations: "
                  "one step connects one population; expected [\"PYR\"], "
                  "found [\"PYR\",\"OLM\"]. Write one step for each "
                  "population."},
        ErrorCase{"NoProjections",
                  {"steps.connections_PYR.config.synapses.PYR="},
                  "steps.connections_PYR.config.synapses.PYR: the population "
                  "has no projections; found OLM, PVBC. Known: OLM, PVBC."},
        ErrorCase{"ProjectionFromNobody",
                  {"steps.connections_PYR.config.synapses.PYR.STIMM={type: "
                   "excitatory, sections: [soma], layers: [SP], proportions: "
                   "[1]}"},
                  "steps.connections_PYR.config.synapses.PYR.STIMM: the "
                  "network has no such population; expected one of OLM, "
                  "PVBC, PYR, STIM, found \"STIMM\". Did you mean \"STIM\"?"},
        ErrorCase{"Proportions",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.proportions"
                   "=[1.0, 0.4, 1.0, 1.0, 1.0]"},
                  "steps.connections_PYR.config.synapses.PYR: the "
                  "proportions of inhibitory synapses on basal in SO do not "
                  "sum to 1; expected 1 over all sources, found 0.9 (OLM "
                  "0.5, PVBC 0.4). Every synapse gets exactly one source; "
                  "change the proportions of these sources."},
        ErrorCase{"ProportionAboveOne",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.proportions"
                   "=[1.0, 0.5, 1.0, 1.0, 1.5]"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.proportions"
                  "[4]: the value is out of range; expected a number from 0 "
                  "to 1, found 1.5"},
        ErrorCase{"UnequalLists",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.proportions"
                   "=[1.0]"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC: sections, "
                  "layers and proportions are not equally long; expected one "
                  "of each per row, found 5, 5 and 1"},
        ErrorCase{"DoubleRow",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.layers=[SP,"
                   " SO, SR, SR, SR]"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.sections[4]"
                  ": ais in SR is listed twice. Add the two proportions up "
                  "in one row."},
        ErrorCase{"SectionOfProjection",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.sections=[s"
                   "oma, basal, apical, ais, aiss]"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.sections[4]"
                  ": unknown section class; expected one of soma, axon, "
                  "basal, apical, trunk, tuft, ais, hillock, found \"aiss\". "
                  "Did you mean \"ais\"?"},
        ErrorCase{"LayerOfProjection",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.layers=[SP,"
                   " SO, SR, SP, SRR]"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.layers[4]: "
                  "the layer has no entry in layer_definitions; expected one "
                  "of GCL, Hilus, IML, MML, OML, SL, SLM, SO, SP, SR, found "
                  "\"SRR\". Did you mean \"SR\"?"},
        ErrorCase{"TypeOfProjection",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.type=inhibt"
                   "ory"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.type: "
                  "unknown synapse type; expected one of excitatory, "
                  "inhibitory, modulatory, found \"inhibtory\". Did you mean "
                  "\"inhibitory\"?"},
        ErrorCase{"NoType",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.type="},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.type: the "
                  "field is required; expected one of excitatory, "
                  "inhibitory, modulatory"},
        ErrorCase{"Contacts",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.contacts=0"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.contacts: "
                  "the value is out of range; expected an integer from 1 to "
                  "1000000, found 0"},
        ErrorCase{"FieldOfProjection",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.contact=1"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.contact: "
                  "unknown field of a projection. Did you mean \"contacts\"?"},
        ErrorCase{"MixedMechanisms",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms="
                   "{soma: {}, AMPA: {}}"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms:"
                  " point types and synapse names stand side by side; "
                  "expected only synapse names, or only \"default\" and "
                  "section classes with synapse names below them, found "
                  "{\"AMPA\":{},\"soma\":{}}"},
        ErrorCase{"PointTypeTwice",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms="
                   "{soma: {}, 1: {}}"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms."
                  "soma: the point type is given twice. Keep one of the two."},
        ErrorCase{"FieldOfExpression",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms="
                   "{AMPA: {weight: {expr: delay, konst: {a: 1}}}}"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms."
                  "AMPA.weight.konst: unknown field of an expression. Did "
                  "you mean \"const\"?"},
        ErrorCase{"NoExtent",
                  {"steps.connections_PYR.config.axon_extents.PYR="},
                  "steps.connections_PYR.config.axon_extents.PYR: the source "
                  "PYR has no axon extent; expected {layer or default: "
                  "{width: [u, v], offset: [u, v]}}"},
        ErrorCase{"NoExtentInLayer",
                  {"steps.connections_PYR.config.axon_extents.PYR={SP: "
                   "{width: [200, 200]}}"},
                  "steps.connections_PYR.config.axon_extents.PYR: there is "
                  "no extent in layer SO. Add the layer, or \"default\" for "
                  "all others."},
        ErrorCase{"FieldOfExtent",
                  {"steps.connections_PYR.config.axon_extents.PYR.default.widh"
                   "t=[1, 2]"},
                  "steps.connections_PYR.config.axon_extents.PYR.default.widh"
                  "t: unknown field of an axon extent. Did you mean "
                  "\"width\"?"},
        ErrorCase{"NoWidth",
                  {"steps.connections_PYR.config.axon_extents.PYR.default.widt"
                   "h="},
                  "steps.connections_PYR.config.axon_extents.PYR.default.widt"
                  "h: the field is required; expected a list of 2 numbers "
                  "above 0"},
        ErrorCase{"ZeroWidth",
                  {"steps.connections_PYR.config.axon_extents.PYR.default.widt"
                   "h=[0, 200]"},
                  "steps.connections_PYR.config.axon_extents.PYR.default.widt"
                  "h[0]: the value is out of range; expected a number above "
                  "0, found 0"},
        ErrorCase{"WideOffset",
                  {"steps.connections_PYR.config.axon_extents.PYR.default.offs"
                   "et=[100, 0]"},
                  "steps.connections_PYR.config.axon_extents.PYR.default.offs"
                  "et[0]: the offset leaves nothing of the axon's extent; "
                  "expected less than half the width, 100, found 100"},
        ErrorCase{"LayerOfExtent",
                  {"steps.connections_PYR.config.axon_extents.PYR.SPP={width: "
                   "[1, 1]}"},
                  "steps.connections_PYR.config.axon_extents.PYR.SPP: the "
                  "layer has no entry in layer_definitions; expected one of "
                  "GCL, Hilus, IML, MML, OML, SL, SLM, SO, SP, SR, found "
                  "\"SPP\". Did you mean \"SP\"?"},
        ErrorCase{"UndeclaredProjection",
                  {"steps.h5_types.config.projections.PYR=[STIM, PYR, PVBC]"},
                  "steps.connections_PYR.config.synapses.PYR.OLM: h5_types "
                  "does not list the projection from OLM to PYR. Add OLM to "
                  "projections.PYR of step h5_types."},
        ErrorCase{"UnreachableProjection",
                  {"steps.synapses_PYR.config.cell_types.PYR.synapses.density="
                   "{apical: {excitatory: {SR: {mean: 1}}}}"},
                  "steps.connections_PYR.config.synapses.PYR.OLM: no "
                  "inhibitory synapses are placed where the projection from "
                  "OLM ends. Give cell_types.PYR.synapses.density a density "
                  "there, or remove the projection."}),
    CaseName);

}  // namespace
}  // namespace miv::pipeline
