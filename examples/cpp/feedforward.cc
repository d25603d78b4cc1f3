// Pyramidal cells driven by Poisson inputs: builds the network on the server,
// simulates it, follows the job, fetches the spikes and prints the rates.
//
//   feedforward MODEL RESULTS
//
// MODEL: a directory with templates, mechanisms and morphology/PYR.swc, such as
// examples/microcircuit.  The server is the one that `miv` would use.

#include <miv/miv.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace {

constexpr double kMilliseconds = 50;

const miv::CellDistributions kCells = {{"STIM", {{"SP", 12}}},
                                       {"PYR", {{"SP", 8}}}};
const miv::LayerExtents kLayers = {{"SO", {{0, 0, 0}, {90, 90, 5}}},
                                   {"SP", {{0, 0, 5}, {90, 90, 50}}},
                                   {"SR", {{0, 0, 50}, {90, 90, 100}}},
                                   {"SLM", {{0, 0, 100}, {90, 90, 150}}}};

/// 0.5 excitatory synapses per um of the dendrites in stratum pyramidale.
miv::CellTypes CellTypes() {
  const miv::Densities density = {
      {miv::SectionClass::kBasal,
       {{miv::SynapseType::kExcitatory, {{"SP", {.mean = 0.5}}}}}},
      {miv::SectionClass::kApical,
       {{miv::SynapseType::kExcitatory, {{"SP", {.mean = 0.5}}}}}}};
  return {{"STIM", {.template_name = "VecStim"}},
          {"PYR",
           {.template_name = "CA1PyramidalCell",
            .synapses = miv::CellSynapses{.density = density}}}};
}

miv::Projections Projections() {
  return {
      {"PYR",
       {{"STIM",
         {.type = miv::SynapseType::kExcitatory,
          .sections = {miv::SectionClass::kBasal, miv::SectionClass::kApical},
          .layers = {"SP", "SP"},
          .proportions = {1, 1},
          .mechanisms = {{"AMPA",
                          {{"tau_rise", 0.5},
                           {"tau_decay", 3},
                           {"e", 0},
                           {"g_unit", 1e-3},
                           {"weight", 1}}}}}}}}};
}

/// The steps that build the network; the last one is its graph.
miv::Step AddNetwork(miv::Pipeline& pipeline) {
  const auto types =
      pipeline.Add("types", miv::H5Types{.cell_distributions = kCells,
                                         .projections = {{"PYR", {"STIM"}}}});
  const auto network =
      pipeline.Add("network",
                   miv::NetworkArchitecture{.cell_distributions = kCells,
                                            .layer_extents = kLayers},
                   {.uses = {types}});
  const auto distances =
      pipeline.Add("distances", miv::MeasureDistances{}, {.uses = {network}});
  const auto forest = pipeline.Add(
      "forest_PYR", miv::GenerateSynapseForest{.population = "PYR"},
      {.uses = {network}});
  const auto synapses = pipeline.Add(
      "synapses_PYR",
      miv::DistributeSynapses{.cell_types = CellTypes(),
                              .population = "PYR",
                              .distribution = miv::Distribution::kPoisson},
      {.uses = {network, forest}});
  const auto connections = pipeline.Add(
      "connections_PYR",
      miv::GenerateConnections{
          .population = "PYR",
          .axon_extents = {{"STIM", {{"default", {.width = {200, 200}}}}}},
          .synapses = Projections()},
      {.uses = {distances, synapses}});
  return pipeline.Add(
      "graph", miv::Neuroh5Graph{},
      {.uses = {network, distances, forest, synapses, connections}});
}

miv::Pipeline Feedforward() {
  miv::Pipeline pipeline("feedforward");
  pipeline.SetModel({.templates = "templates",
                     .mechanisms = "mechanisms",
                     .morphology = "morphology"});
  const miv::Step graph = AddNetwork(pipeline);
  pipeline.Add("run",
               miv::Simulation{.t_end = kMilliseconds,
                               .stimulus = {{.population = "STIM", .rate = 60}},
                               .record = {{.population = "PYR", .limit = 1}}},
               {.uses = {graph}});
  return pipeline;
}

void PrintRates(const miv::SpikeTrains& spikes) {
  for (const auto& population : spikes.populations) {
    int count = 0;
    for (const auto gid : spikes.gids)
      count +=
          gid >= population.start && gid < population.start + population.count;
    std::printf(
        "%s fires at %.1f Hz\n", population.name.c_str(),
        1e3 * count / kMilliseconds / static_cast<double>(population.count));
  }
}

/// Submits, follows and fetches; an error ends with what to do about it.
absl::Status Run(const std::string& model, const std::string& results) {
  const auto endpoint =
      miv::FindEndpoint(miv::QueryFromEnvironment(/*server=*/"", ""));
  if (!endpoint.ok()) return endpoint.status();
  // Calls are repeated while the server restarts, and give up after these.
  const auto client =
      miv::Client::Connect(*endpoint, {.timeout = absl::Seconds(20)});
  if (!client.ok()) return client.status();
  const auto submission = Feedforward().Prepare(model);
  if (!submission.ok()) return submission.status();
  const auto accepted = (*client)->Submit(*submission, {});
  if (!accepted.ok()) return accepted.status();
  const std::string job = accepted->job().id();

  const auto state = (*client)->WatchJob(
      job, {.deadline = absl::Now() + absl::Minutes(10)},
      miv::Dispatch({
          .on_task =
              [](const auto& event, const auto& change) {
                if (change.to() == miv::v1::TASK_STATE_SUCCEEDED)
                  std::cout << event.step() << " is done" << std::endl;
              },
          .on_warning =
              [](const auto& event, const auto& warning) {
                std::cerr << event.step() << ": " << warning.text() << "\n";
              },
      }));
  if (!state.ok()) return state.status();
  if (*state != miv::v1::JOB_STATE_SUCCEEDED)
    return absl::AbortedError("the job failed: see miv job " + job);

  const auto files =
      (*client)->FetchJob(job, {.step = "run", .directory = results});
  if (!files.ok()) return files.status();
  const auto spikes = miv::ReadSpikes(results + "/run/results.h5");
  if (!spikes.ok()) return spikes.status();
  PrintRates(*spikes);
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: feedforward MODEL RESULTS\n";
    return 2;
  }
  const absl::Status status = Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::cerr << status.message() << "\n";
  return 1;
}
