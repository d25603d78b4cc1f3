// Mistakes in a simulation.

#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/error_case.h"

namespace miv::pipeline {
namespace {

class SimulationMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(SimulationMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(ErrorAfter(GetParam().overrides), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, SimulationMistake,
    testing::Values(
        ErrorCase{"NoGraph",
                  {"steps.run.uses=[h5_types]"},
                  "steps.run.uses: nothing that the step uses provides its "
                  "input \"cells\". Add a step of kind neuroh5_graph to "
                  "`uses`, or an import that stands for it."},
        ErrorCase{"NoEnd",
                  {"steps.run.config.t_end="},
                  "steps.run.config.t_end: the field is required; expected a "
                  "number above 0"},
        ErrorCase{"QuotedEnd",
                  {"steps.run.config.t_end='500'"},
                  "steps.run.config.t_end: the value has the wrong type; "
                  "expected a number above 0, found \"500\". Remove the "
                  "quotes."},
        ErrorCase{"NegativeEnd",
                  {"steps.run.config.t_end=-1"},
                  "steps.run.config.t_end: the value is out of range; "
                  "expected a number above 0, found -1"},
        ErrorCase{"ZeroStep",
                  {"steps.run.config.dt=0"},
                  "steps.run.config.dt: the value is out of range; expected "
                  "a number above 0, found 0"},
        ErrorCase{"Secondorder",
                  {"steps.run.config.secondorder=3"},
                  "steps.run.config.secondorder: the value is out of range; "
                  "expected an integer from 0 to 2, found 3"},
        ErrorCase{"UnknownField",
                  {"steps.run.config.t_edn=5"},
                  "steps.run.config.t_edn: unknown field of simulation. Did "
                  "you mean \"t_end\"?"},
        ErrorCase{"Velocity",
                  {"steps.run.config.connection_velocity={PYR: 0}"},
                  "steps.run.config.connection_velocity.PYR: the value is "
                  "out of range; expected a number above 0, found 0"},
        ErrorCase{"VelocityOfNobody",
                  {"steps.run.config.connection_velocity={PYX: 1}"},
                  "steps.run.config.connection_velocity.PYX: the network has "
                  "no such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"PYX\". Did you mean \"PYR\"?"},
        ErrorCase{"FieldOfElectrode",
                  {"steps.run.config.lfp[0].rhoo=3"},
                  "steps.run.config.lfp[0].rhoo: unknown field of an lfp "
                  "entry. Did you mean \"rho\"?"},
        ErrorCase{"NoPosition",
                  {"steps.run.config.lfp[0].pos="},
                  "steps.run.config.lfp[0].pos: the field is required; "
                  "expected a list of 3 numbers"},
        ErrorCase{"Position",
                  {"steps.run.config.lfp[0].pos=[1, 2]"},
                  "steps.run.config.lfp[0].pos: the value is too short; "
                  "expected a list of 3 numbers, found [1,2]"},
        ErrorCase{"LfpInterval",
                  {"steps.run.config.lfp[0].dt_lfp=0.11"},
                  "steps.run.config.lfp[0].dt_lfp: samples do not fall on "
                  "time steps of 0.025 ms; expected 0.1 or 0.125, found "
                  "0.11. Choose a multiple of dt."},
        ErrorCase{"LfpIntervalBelowStep",
                  {"steps.run.config.lfp[0].dt_lfp=0.01"},
                  "steps.run.config.lfp[0].dt_lfp: samples do not fall on "
                  "time steps of 0.025 ms; expected 0.025, found 0.01. "
                  "Choose a multiple of dt."},
        ErrorCase{"Mode",
                  {"steps.run.config.lfp[0].mode=exakt"},
                  "steps.run.config.lfp[0].mode: unknown mode; expected one "
                  "of exact, legacy, found \"exakt\". Did you mean \"exact\"?"},
        ErrorCase{"Label",
                  {"steps.run.config.lfp[0].label=a/b"},
                  "steps.run.config.lfp[0].label: not a label; expected at "
                  "most 64 letters, digits, \"_\", \".\" or \"-\", a letter "
                  "or digit first, found \"a/b\""},
        ErrorCase{"SameLabel",
                  {"steps.run.config.lfp=[{pos: [0, 0, 0], label: a}, {pos: "
                   "[0, 0, 0], label: a}]"},
                  "steps.run.config.lfp[1].label: two entries have the same "
                  "label; found \"a\". Rename one of them."},
        ErrorCase{"ElectrodeOfNobody",
                  {"steps.run.config.lfp[0].populations=[PYRR]"},
                  "steps.run.config.lfp[0].populations[0]: the network has "
                  "no such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"PYRR\". Did you mean \"PYR\"?"},
        ErrorCase{"RecordBoth",
                  {"steps.run.config.record[0].gids=[1]"},
                  "steps.run.config.record[0]: the entry needs exactly one "
                  "of these fields; expected gids or population, found gids "
                  "and population"},
        ErrorCase{"RecordNobody",
                  {"steps.run.config.record=[{label: x}]"},
                  "steps.run.config.record[0]: the entry needs exactly one "
                  "of these fields; expected gids or population, found none"},
        ErrorCase{"RecordInterval",
                  {"steps.run.config.record[0].dt=0.03"},
                  "steps.run.config.record[0].dt: samples do not fall on "
                  "time steps of 0.025 ms; expected 0.025 or 0.05, found "
                  "0.03. Choose a multiple of dt."},
        ErrorCase{"RecordSection",
                  {"steps.run.config.record[0].section=somma"},
                  "steps.run.config.record[0].section: unknown section "
                  "class; expected one of soma, axon, basal, apical, trunk, "
                  "tuft, ais, hillock, all, found \"somma\". Did you mean "
                  "\"soma\"?"},
        ErrorCase{"RecordGid",
                  {"steps.run.config.record=[{label: x, gids: [401]}]"},
                  "steps.run.config.record[0].gids[0]: the network has no "
                  "such cell; expected a gid from 0 to 400, found 401"},
        ErrorCase{"RecordFraction",
                  {"steps.run.config.record=[{label: x, gids: [4], fraction: "
                   "0.5}]"},
                  "steps.run.config.record[0].fraction: the field only has a "
                  "meaning together with population"},
        ErrorCase{"FieldOfRecord",
                  {"steps.run.config.record[0].variabel=v"},
                  "steps.run.config.record[0].variabel: unknown field of a "
                  "record entry. Did you mean \"variable\"?"},
        ErrorCase{"StimulusTwice",
                  {"steps.run.config.stimulus[0].times=[1]"},
                  "steps.run.config.stimulus[0]: the entry needs exactly one "
                  "of these fields; expected times or rate or file, found "
                  "times and rate"},
        ErrorCase{"StimulusOfNothing",
                  {"steps.run.config.stimulus[0]={population: STIM}"},
                  "steps.run.config.stimulus[0]: the entry needs exactly one "
                  "of these fields; expected times or rate or file, found "
                  "none"},
        ErrorCase{"StimulusOfNobody",
                  {"steps.run.config.stimulus[0]={rate: 3}"},
                  "steps.run.config.stimulus[0]: the entry needs exactly one "
                  "of these fields; expected population or gids, found none"},
        ErrorCase{"StimulusPopulation",
                  {"steps.run.config.stimulus[0]={population: STM, rate: 1}"},
                  "steps.run.config.stimulus[0].population: the network has "
                  "no such population; expected one of OLM, PVBC, PYR, STIM, "
                  "found \"STM\". Did you mean \"STIM\"?"},
        ErrorCase{"NegativeRate",
                  {"steps.run.config.stimulus[0].rate=-1"},
                  "steps.run.config.stimulus[0].rate: the value is out of "
                  "range; expected a number, at least 0, found -1"},
        ErrorCase{"UnsortedTimes",
                  {"steps.run.config.stimulus[0]={population: STIM, times: "
                   "[3, 2]}"},
                  "steps.run.config.stimulus[0].times[1]: the times are not "
                  "in ascending order; expected at least 3, found 2. Sort "
                  "the times of each cell."},
        ErrorCase{"NegativeTime",
                  {"steps.run.config.stimulus[0]={population: STIM, times: "
                   "[-1, 2]}"},
                  "steps.run.config.stimulus[0].times[0]: a spike before the "
                  "start of the run; expected a time of at least 0 ms, found "
                  "-1"},
        ErrorCase{"MixedTimes",
                  {"steps.run.config.stimulus[0]={population: STIM, times: "
                   "[[1], 2]}"},
                  "steps.run.config.stimulus[0].times[1]: numbers and lists "
                  "stand side by side; expected one train, or one list per "
                  "cell"},
        ErrorCase{"MixedTimes2",
                  {"steps.run.config.stimulus[0]={population: STIM, times: "
                   "[1, [2]]}"},
                  "steps.run.config.stimulus[0].times[1]: numbers and lists "
                  "stand side by side; expected one train, or one list per "
                  "cell"},
        ErrorCase{"TrainsPerCell",
                  {"steps.run.config.stimulus[0]={population: STIM, times: "
                   "[[1], [2]]}"},
                  "steps.run.config.stimulus[0].times: there is not one "
                  "train for each cell; expected 64, found 2"},
        ErrorCase{"TrainsPerGid",
                  {"steps.run.config.stimulus[0]={gids: [1, 2], times: [[1]]}"},
                  "steps.run.config.stimulus[0].times: there is not one "
                  "train for each cell; expected 2, found 1"},
        ErrorCase{"GidOfTrain",
                  {"steps.run.config.stimulus[0]={times: {x: [1]}}"},
                  "steps.run.config.stimulus[0].times.x: the key is not a "
                  "gid; expected an integer, found \"x\""},
        ErrorCase{"UnsortedTrain",
                  {"steps.run.config.stimulus[0]={times: {3: [1, 0]}}"},
                  "steps.run.config.stimulus[0].times.3[1]: the times are "
                  "not in ascending order; expected at least 1, found 0. "
                  "Sort the times of each cell."},
        ErrorCase{"StopBeforeStart",
                  {"steps.run.config.stimulus[0]={population: STIM, rate: 1, "
                   "start: 5, stop: 4}"},
                  "steps.run.config.stimulus[0].stop: the stimulus ends "
                  "before it starts; expected a number above 5, found 4"},
        ErrorCase{"StartWithoutRate",
                  {"steps.run.config.stimulus[0]={population: STIM, times: "
                   "[1], start: 5}"},
                  "steps.run.config.stimulus[0].start: the field only has a "
                  "meaning together with rate"},
        ErrorCase{"NamespaceWithoutFile",
                  {"steps.run.config.stimulus[0]={population: STIM, times: "
                   "[1], namespace: x}"},
                  "steps.run.config.stimulus[0].namespace: the field only "
                  "has a meaning together with file"},
        ErrorCase{"FieldOfStimulus",
                  {"steps.run.config.stimulus[0]={population: STIM, rat: 1}"},
                  "steps.run.config.stimulus[0].rat: unknown field of a "
                  "stimulus. Did you mean \"rate\"?"},
        ErrorCase{"ClampWithoutDuration",
                  {"steps.run.config.clamps=[{gid: 1, amp: 3}]"},
                  "steps.run.config.clamps[0].dur: a current clamp needs the "
                  "field; expected a number"},
        ErrorCase{"ClampOfNobody",
                  {"steps.run.config.clamps=[{amp: 3, dur: 4}]"},
                  "steps.run.config.clamps[0]: the entry needs exactly one "
                  "of these fields; expected gid or gids or population, "
                  "found none"},
        ErrorCase{"ClampGid",
                  {"steps.run.config.clamps=[{gid: 500, amp: 3, dur: 4}]"},
                  "steps.run.config.clamps[0].gid: the network has no such "
                  "cell; expected a gid from 0 to 400, found 500"},
        ErrorCase{"VoltageClamp",
                  {"steps.run.config.clamps=[{gid: 3, levels: [1]}]"},
                  "steps.run.config.clamps[0].durations: there is not one "
                  "duration for each level; expected 1, found 0"},
        ErrorCase{"LevelsOfVoltageClamp",
                  {"steps.run.config.clamps=[{gid: 3, levels: [1, 2, 3, 4], "
                   "durations: [1, 1, 1, 1]}]"},
                  "steps.run.config.clamps[0].levels: a voltage clamp cannot "
                  "hold so many potentials; expected 1 to 3, found 4"},
        ErrorCase{"BothClamps",
                  {"steps.run.config.clamps=[{gid: 3, amp: 1, levels: [1]}]"},
                  "steps.run.config.clamps[0]: the entry needs exactly one "
                  "of these fields; expected amp or levels, found amp and "
                  "levels"},
        ErrorCase{"DelayOfVoltageClamp",
                  {"steps.run.config.clamps=[{gid: 3, delay: 1, levels: [1], "
                   "durations: [1]}]"},
                  "steps.run.config.clamps[0].delay: the field only has a "
                  "meaning together with amp"},
        ErrorCase{"FieldOfClamp",
                  {"steps.run.config.clamps=[{gid: 3, ampp: 1}]"},
                  "steps.run.config.clamps[0].ampp: unknown field of a "
                  "clamp. Did you mean \"amp\"?"},
        ErrorCase{"Nseg",
                  {"steps.run.config.nseg=d_lambda"},
                  "steps.run.config.nseg: not a way to choose the number of "
                  "segments; expected template, or d_lambda(FREQUENCY, "
                  "FRACTION) such as d_lambda(100, 0.1), found \"d_lambda\""},
        ErrorCase{"NsegOfNothing",
                  {"steps.run.config.nseg={d_lambda: 0}"},
                  "steps.run.config.nseg.d_lambda: the value is out of "
                  "range; expected a number above 0, found 0"},
        ErrorCase{"Checkpoints",
                  {"steps.run.config.checkpoint_interval=3"},
                  "steps.run.config.checkpoint_interval: simulations write no "
                  "checkpoints while they run here; expected null or 0, found "
                  "3. Split the run: save_checkpoint in the first part, "
                  "start_from in the next."},
        ErrorCase{"CellTypeWithoutTemplate",
                  {"steps.synapses_PYR.config.cell_types.STIM=",
                   "steps.synapses_PVBC.config.cell_types.STIM=",
                   "steps.synapses_OLM.config.cell_types.STIM=",
                   "steps.run.config.cell_types={STIM: {mechanism: {}}}"},
                  "steps.run.config.cell_types.STIM.template: the field is "
                  "required; expected the name of a hoc template or of an "
                  "artificial cell"},
        ErrorCase{"MechanismFile",
                  {"steps.run.config.cell_types={PYR: {mechanism: a.yml}}"},
                  "steps.run.config.cell_types.PYR.mechanism: the value has "
                  "the wrong type; expected a mapping from mechanism to a "
                  "value or null, found \"a.yml\". Write from_file('a.yml') "
                  "for the content of the file."},
        ErrorCase{"FieldOfDetector",
                  {"steps.run.config.cell_types={PYR: {mechanism: {spike "
                   "detector: {treshold: 3}}}}"},
                  "steps.run.config.cell_types.PYR.mechanism.spike "
                  "detector.treshold: unknown field of a spike detector. Did "
                  "you mean \"threshold\"?"},
        ErrorCase{"SynapseName",
                  {"steps.run.config.synapses={PYR: {PYR: {mechanisms: "
                   "{AMPAR: {weight: 1}}}}}"},
                  "steps.run.config.synapses.PYR.PYR.mechanisms.default.AMPAR"
                  ": the synapse has no entry in synapse_mechanisms; "
                  "expected one of AMPA, GABA_A, GABA_B, NMDA, found "
                  "\"AMPAR\". Did you mean \"AMPA\"?"},
        ErrorCase{"SynapseParameter",
                  {"steps.run.config.synapses={PYR: {PYR: {mechanisms: {AMPA: "
                   "{wieght: 1}}}}}"},
                  "steps.run.config.synapses.PYR.PYR.mechanisms.default.AMPA."
                  "wieght: the point process LinExp2Syn has no such "
                  "parameter; expected one of tau_rise, tau_decay, e, "
                  "g_unit, weight, found \"wieght\". Did you mean \"weight\"?"},
        ErrorCase{"SynapseNameOfBuildStep",
                  {"steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms="
                   "{GABAA: {weight: 1}}"},
                  "steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms."
                  "default.GABAA: the synapse has no entry in "
                  "synapse_mechanisms; expected one of AMPA, GABA_A, GABA_B, "
                  "NMDA, found \"GABAA\". Did you mean \"GABA_A\"?"},
        ErrorCase{
            "NoMechanisms",
            {"steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms="},
            "steps.connections_PYR.config.synapses.PYR.PVBC.mechanisms:"
            " the field is required by the simulation; expected "
            "{synapse name: {parameter: value}}"},
        ErrorCase{"SynapseOntoNobody",
                  {"steps.run.config.synapses={CA3: {PYR: {mechanisms: {AMPA: "
                   "{}}}}}"},
                  "steps.run.config.synapses.CA3: the network has no such "
                  "population; expected one of OLM, PVBC, PYR, STIM, found "
                  "\"CA3\""},
        ErrorCase{"NoRule",
                  {"steps.run.config.synapse_mechanisms={AMPA: MySyn}"},
                  "steps.run.config.synapse_mechanisms.AMPA: the point "
                  "process MySyn has no entry in synapse_rules. Add MySyn: "
                  "{mech_params: [...], netcon_params: {weight: 0}} to "
                  "synapse_rules."},
        ErrorCase{"NoCellTypesAtAll",
                  {"steps.graph.uses=[forest_PYR]"},
                  "steps.run.config.cell_types: the field is required; "
                  "expected {population: {template: NAME}}. Give it, or use "
                  "a graph with distribute_synapses steps, which imply it."}),
    CaseName);

}  // namespace
}  // namespace miv::pipeline
