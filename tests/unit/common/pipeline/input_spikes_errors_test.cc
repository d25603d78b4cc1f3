// Mistakes in an input_spikes step and in the stimuli that play it.

#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/error_case.h"
#include "tests/unit/common/pipeline/inputs_fixture.h"

namespace miv::pipeline {
namespace {

constexpr char kInputs[] = "steps.rates.config.inputs=";

class InputMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(InputMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(InputsAfter(GetParam().overrides).status().message(),
            GetParam().message);
}

ErrorCase Entry(const std::string& name, const std::string& entry,
                const std::string& message) {
  return {name,
          {std::string(kInputs) + "[" + entry + "]"},
          "steps.rates.config.inputs[0]" + message};
}

INSTANTIATE_TEST_SUITE_P(
    Entries, InputMistake,
    testing::Values(
        Entry("Nothing", "{population: STIM}",
              ": the entry needs exactly one of these fields; expected rate or "
              "profile or trains, found none"),
        Entry("TwoSources", "{population: STIM, rate: 1, trains: {1: []}}",
              ": the entry needs exactly one of these fields; expected rate or "
              "profile or trains, found rate and trains"),
        Entry("Nobody", "{rate: 1}",
              ": the entry needs exactly one of these fields; expected "
              "population or gids, found none"),
        Entry("TrainsOfAPopulation", "{population: STIM, trains: {1: []}}",
              ": the entry needs exactly one of these fields; expected "
              "population or gids or trains, found population and trains"),
        Entry("UnknownPopulation", "{population: STIMM, rate: 1}",
              ".population: the network has no such population; expected one "
              "of PYR, STIM, found \"STIMM\". Did you mean \"STIM\"?"),
        Entry("UnknownGid", "{gids: [14], rate: 1}",
              ".gids[0]: the network has no such cell; expected a gid from 0 "
              "to 13, found 14"),
        Entry("UnknownGidOfTrain", "{trains: {14: [1]}}",
              ".trains.14.gid: the network has no such cell; expected a gid "
              "from 0 to 13, found 14"),
        Entry("NoGid", "{trains: {first: [1]}}",
              ".trains.first: the key is not a gid; expected an integer, found "
              "\"first\""),
        Entry("NegativeRate", "{population: STIM, rate: -1}",
              ".rate: the value is out of range; expected a number, at least "
              "0, found -1"),
        Entry("TooFast", "{population: STIM, rate: 331}",
              ".rate: no train with a refractory period of 3 ms has this rate; "
              "expected at most 330 Hz, found 331. Lower the rate or the "
              "refractory period."),
        Entry("TooFastForItsOwn",
              "{population: STIM, rate: 100, refractory: 10}",
              ".rate: no train with a refractory period of 10 ms has this "
              "rate; expected at most 99 Hz, found 100. Lower the rate or the "
              "refractory period."),
        Entry("TooFastSomewhere",
              "{population: STIM, profile: {times: [0, 5], rates: [1, 500]}}",
              ".profile.rates[1]: no train with a refractory period of 3 ms "
              "has this rate; expected at most 330 Hz, found 500. Lower the "
              "rate or the refractory period."),
        Entry("ProfileLengths",
              "{population: STIM, profile: {times: [0, 5], rates: [1]}}",
              ".profile.rates: there is not one rate for each time; expected "
              "2, found 1"),
        Entry("ProfileOrder",
              "{population: STIM, profile: {times: [5, 5], rates: [1, 2]}}",
              ".profile.times[1]: the times of the profile do not ascend; "
              "expected above 5 ms, found 5"),
        Entry("Interpolation",
              "{population: STIM, profile: {times: [5], rates: [1], "
              "interpolation: cubic}}",
              ".profile.interpolation: unknown interpolation; expected one of "
              "linear, step, found \"cubic\""),
        Entry("Depth",
              "{population: STIM, rate: 1, modulation: {frequency: 8, depth: "
              "2}}",
              ".modulation.depth: the value is out of range; expected a number "
              "from 0 to 1, found 2"),
        Entry("StartsTooLate", "{population: STIM, rate: 1, start: 1000}",
              ".start: the input starts after the trial's end; expected below "
              "1000 ms, found 1000"),
        Entry("StopsBeforeStart",
              "{population: STIM, rate: 1, start: 10, stop: 10}",
              ".stop: the input ends before it starts; expected above 10, at "
              "most 1000 ms, found 10"),
        Entry("StopsTooLate", "{population: STIM, rate: 1, stop: 1001}",
              ".stop: the input ends after the trial; expected above 0, at "
              "most 1000 ms, found 1001"),
        Entry("TrainsWithAStart", "{trains: {1: [1]}, start: 5}",
              ".start: the field has no meaning together with trains, which "
              "are taken as they are"),
        Entry("UnsortedTrain", "{trains: {1: [2, 1]}}",
              ".trains.1[1]: the times are not in ascending order; expected at "
              "least 2, found 1. Sort the times of each cell."),
        Entry("LateTrain", "{trains: {1: [2, 1000]}}",
              ".trains.1[1]: a spike after the end of the trial; expected "
              "below 1000 ms, found 1000. Raise trials.duration.")),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Steps, InputMistake,
    testing::Values(
        ErrorCase{"CellTwice",
                  {"steps.rates.config.inputs=[{population: STIM, rate: 1}, "
                   "{population: PYR, rate: 1}, {gids: [11], rate: 2}]"},
                  "steps.rates.config.inputs[2]: a cell has more than one "
                  "input; expected each cell in one entry only, found gid 11, "
                  "also in inputs[1]. Put the second input into a step of its "
                  "own; a simulation adds up the stimuli of a cell."},
        ErrorCase{"NoTrials",
                  {"steps.rates.config.trials="},
                  "steps.rates.config.trials: the field is required; expected "
                  "a mapping with n, duration"},
        ErrorCase{"TooManyTrials",
                  {"steps.rates.config.trials.n=257"},
                  "steps.rates.config.trials.n: the value is out of range; "
                  "expected an integer from 1 to 256, found 257"},
        ErrorCase{"NameSpace",
                  {"steps.rates.config.namespace=a/b"},
                  "steps.rates.config.namespace: not a name for spike trains "
                  "in a file; expected 1 to 127 characters without \"/\", "
                  "other than Trial Index and Trial Duration, found \"a/b\""},
        ErrorCase{"Attribute",
                  {"steps.rates.config.attribute=Trial Index"},
                  "steps.rates.config.attribute: not a name for spike trains "
                  "in a file; expected 1 to 127 characters without \"/\", "
                  "other than Trial Index and Trial Duration, found \"Trial "
                  "Index\""},
        ErrorCase{"NoTypes",
                  {"steps.rates.uses=[]"},
                  "steps.rates.uses: nothing that the step uses provides its "
                  "input \"types\". Add a step of kind h5_types to `uses`, or "
                  "an import that stands for it."},
        ErrorCase{"OtherNameSpace",
                  {"steps.run.config.stimulus[0].namespace=Spikes"},
                  "steps.run.config.stimulus[0].namespace: step rates writes "
                  "its trains under another namespace; expected \"Input "
                  "Spikes\", found \"Spikes\". Leave the field out: it is the "
                  "step's."},
        ErrorCase{"CellsWithoutTrains",
                  {"steps.rates.config.inputs=[{population: PYR, rate: 1}]"},
                  "steps.run.config.stimulus[0]: step rates makes no train for "
                  "these cells. Add them to its inputs."},
        ErrorCase{"UnknownStep",
                  {"steps.run.config.stimulus[0].file=step:rate"},
                  "steps.run.config.stimulus[0].file: there is no such step; "
                  "found \"rate\". Did you mean \"rates\"?"}),
    CaseName);

}  // namespace
}  // namespace miv::pipeline
