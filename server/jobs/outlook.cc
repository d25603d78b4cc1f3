#include "server/jobs/outlook.h"

#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "server/estimates/cost_law.h"
#include "server/jobs/outlook_config.h"

namespace miv::server {
namespace {

using nlohmann::json;
using pipeline::Input;
using pipeline::ResolvedStep;

// Sizes of files, docs/scaling.md, "Sizes".
constexpr double kTreeBytesPerSwcByte = 0.6;
constexpr double kForestPerCell = 28;
constexpr double kSynapseBytes = 19, kSynapsesPerCell = 84;
constexpr double kEdgeBytes = 12, kEdgesPerCell = 8;
constexpr double kCoordinatesPerCell = 96, kDistancesPerCell = 32;

/// Where a soma looks for its first place, beside its moves
/// (network_architecture).
constexpr double kCandidatesPerCell = 32;

double Sum(const std::map<std::string, double>& parts) {
  double sum = 0;
  for (const auto& [name, part] : parts) sum += part;
  return sum;
}

// What a simulation had of `unit` last time, for as many edges as now.
double AsLast(const std::optional<StepOutlook>& last, absl::string_view unit,
              double edges) {
  if (!last.has_value() || !last->amounts.has_value()) return 0;
  const double then = AmountOf(*last->amounts, "edges");
  const double scale = edges > 0 && then > 0 ? edges / then : 1;
  return AmountOf(*last->amounts, unit) * scale;
}

}  // namespace

/// A step that is being foretold.
struct OutlookForecast::Subject {
  const ResolvedStep& step;
  const std::optional<StepOutlook>& last;
  std::optional<double> cells;  ///< of its population
};

StepOutlook OutlookOfReport(const json& report, std::int64_t output_bytes) {
  StepOutlook outlook;
  outlook.output_bytes = output_bytes;
  if (!report.is_object()) return outlook;
  outlook.amounts = AmountsOfReport(report);
  const json& per_cell = At(report, {"synapses_per_cell"});
  if (per_cell.is_object()) {
    for (const auto& [category, mean] : per_cell.items()) {
      if (mean.is_number()) outlook.synapses_per_cell[category] = mean;
    }
  }
  const json& projections = At(report, {"projections"});
  if (projections.is_object()) {
    for (const auto& [source, counts] : projections.items()) {
      if (counts.is_object()) {
        outlook.edges[source] = NumberIn(counts, "edges", 0);
      }
    }
  }
  return outlook;
}

const StepOutlook& OutlookForecast::Foretell(
    int index, const std::optional<StepOutlook>& last) {
  const ResolvedStep& step = plan_.step(index);
  const Subject subject{step, last, CellsOf(step.population())};
  StepOutlook& outlook = steps_[index];
  const std::string& kind = step.kind;
  if (kind == "h5_types") {
    outlook.amounts = Amounts();
    outlook.output_bytes = last.has_value() ? last->output_bytes : 0;
  } else if (kind == "network_architecture") {
    outlook = Architecture(subject);
  } else if (kind == "measure_distances") {
    outlook = Distances(subject);
  } else if (kind == "generate_synapse_forest") {
    outlook = Forest(subject);
  } else if (kind == "distribute_synapses") {
    outlook = Synapses(subject);
  } else if (kind == "generate_connections") {
    outlook = Connections(subject);
  } else if (kind == "simulation") {
    outlook = Simulation(subject);
  } else {
    outlook = Copy(subject);
  }
  return outlook;
}

StepOutlook OutlookForecast::Architecture(const Subject& subject) const {
  double cells = 0;
  for (const auto& layers : At(subject.step.config, {"cell_distributions"})) {
    cells += SumOfMembers(layers);
  }
  StepOutlook outlook;
  const double iterations = NumberIn(subject.step.config, "nodeiter", 10);
  outlook.amounts = Amounts{
      {"cells", cells}, {"moves", cells * (kCandidatesPerCell + iterations)}};
  outlook.output_bytes = static_cast<std::int64_t>(cells * kCoordinatesPerCell);
  return outlook;
}

StepOutlook OutlookForecast::Distances(const Subject& subject) const {
  StepOutlook outlook;
  const StepOutlook* somata = Producer(subject.step, "coordinates");
  if (somata == nullptr || !somata->amounts.has_value()) return outlook;
  const double cells = AmountOf(*somata->amounts, "cells");
  outlook.amounts = Amounts{{"cells", cells}};
  outlook.output_bytes = static_cast<std::int64_t>(cells * kDistancesPerCell);
  return outlook;
}

StepOutlook OutlookForecast::Forest(const Subject& subject) const {
  StepOutlook outlook;
  if (!subject.cells.has_value()) return outlook;
  const double bytes = *subject.cells * TreeBytes(subject.step);
  outlook.amounts = Amounts{{"cells", *subject.cells}, {"bytes", bytes}};
  outlook.output_bytes =
      static_cast<std::int64_t>(bytes + *subject.cells * kForestPerCell);
  return outlook;
}

StepOutlook OutlookForecast::Synapses(const Subject& subject) const {
  StepOutlook outlook;
  const StepOutlook* forest = Producer(subject.step, "forest");
  std::optional<double> cells = subject.cells;
  if (forest != nullptr && forest->amounts.has_value()) {
    cells = AmountOf(*forest->amounts, "cells");
  }
  if (!cells.has_value()) return outlook;
  const auto shape = shapes_.find(subject.step.population());
  if (shape != shapes_.end()) {
    outlook.synapses_per_cell = CensusOf(subject.step, shape->second.lengths);
  }
  if (outlook.synapses_per_cell.empty() && subject.last.has_value()) {
    outlook.synapses_per_cell = subject.last->synapses_per_cell;
  }
  const double synapses = *cells * Sum(outlook.synapses_per_cell);
  if (!(synapses > 0)) return outlook;
  const double trees =
      forest != nullptr ? static_cast<double>(forest->output_bytes) : 0;
  outlook.amounts =
      Amounts{{"cells", *cells}, {"synapses", synapses}, {"tree_bytes", trees}};
  outlook.output_bytes = static_cast<std::int64_t>(synapses * kSynapseBytes +
                                                   *cells * kSynapsesPerCell);
  return outlook;
}

StepOutlook OutlookForecast::Connections(const Subject& subject) const {
  StepOutlook outlook;
  const StepOutlook* placed = Producer(subject.step, "synapses");
  if (placed == nullptr || !placed->amounts.has_value()) return outlook;
  const double cells = AmountOf(*placed->amounts, "cells");
  const std::string post = subject.step.population();
  const json& sources = At(subject.step.config, {"synapses", post});
  for (const auto& [source, projection] : sources.items()) {
    outlook.edges[source] =
        cells * TakenBy(projection, placed->synapses_per_cell);
  }
  const double synapses = AmountOf(*placed->amounts, "synapses");
  const double edges = outlook.edges.empty() ? synapses : Sum(outlook.edges);
  outlook.amounts =
      Amounts{{"cells", cells}, {"synapses", synapses}, {"edges", edges}};
  outlook.output_bytes = static_cast<std::int64_t>(
      edges * kEdgeBytes +
      cells * kEdgesPerCell * static_cast<double>(outlook.edges.size()));
  return outlook;
}

// What writes again, or reads, what it is given.
StepOutlook OutlookForecast::Copy(const Subject& subject) const {
  StepOutlook outlook;
  std::set<std::string> producers;
  double bytes = 0;
  for (const Input& input : subject.step.inputs) {
    if (input.step.empty()) {
      const auto file = plan_.files.find(input.path);
      if (file == plan_.files.end() || file->second.directory) continue;
      bytes += static_cast<double>(file->second.size);
    } else if (producers.insert(input.step).second) {
      const StepOutlook& producer = steps_[plan_.IndexOf(input.step)];
      if (producer.output_bytes == 0) return outlook;
      bytes += static_cast<double>(producer.output_bytes);
    }
  }
  outlook.amounts = Amounts{{"bytes", bytes}};
  if (subject.step.kind != "script" && subject.step.kind != "verify") {
    outlook.output_bytes = static_cast<std::int64_t>(bytes);
  }
  return outlook;
}

// What the connections of the plan bring into its simulation; segments = 0 if
// those of a population are not known.
Amounts OutlookForecast::Network(const ResolvedStep& simulation) const {
  Amounts network;
  bool known = true;
  for (const ResolvedStep& step : plan_.pipeline.steps) {
    if (step.kind != "generate_connections") continue;
    const StepOutlook& built = steps_[plan_.IndexOf(step.name)];
    if (!built.amounts.has_value()) return {};
    const std::string post = step.population();
    const double cells = AmountOf(*built.amounts, "cells");
    const auto shape = shapes_.find(post);
    known &= shape != shapes_.end() && shape->second.segments > 0;
    network["cells"] += cells;
    if (known) network["segments"] += cells * shape->second.segments;
    network["edges"] += AmountOf(*built.amounts, "edges");
    for (const auto& [source, edges] : built.edges) {
      network["netcons"] +=
          edges *
          MechanismsOf(At(simulation.config, {"synapses", post, source}));
    }
  }
  if (!known) network["segments"] = 0;
  return network;
}

StepOutlook OutlookForecast::Simulation(const Subject& subject) const {
  StepOutlook outlook;
  const json& config = subject.step.config;
  Amounts amounts = Network(subject.step);
  const double edges = AmountOf(amounts, "edges");
  for (const char* unit : {"segments", "netcons"}) {
    if (AmountOf(amounts, unit) > 0) continue;
    amounts[unit] = AsLast(subject.last, unit, edges);
  }
  const double segments = amounts["segments"];
  if (!(segments > 0)) return outlook;
  amounts["point_processes"] =
      ExpectedPointProcesses(segments, amounts["netcons"]);
  amounts["steps"] =
      std::round(NumberIn(config, "t_end", 0) / NumberIn(config, "dt", 0.025));
  outlook.amounts = std::move(amounts);
  if (subject.last.has_value()) {
    outlook.output_bytes = subject.last->output_bytes;
  }
  return outlook;
}

std::optional<double> OutlookForecast::CellsOf(
    const std::string& population) const {
  if (population.empty()) return std::nullopt;
  for (const ResolvedStep& step : plan_.pipeline.steps) {
    const json& layers = At(step.config, {"cell_distributions", population});
    if (layers.is_object()) return SumOfMembers(layers);
  }
  return std::nullopt;
}

// Of one cell: the mean of the step's morphologies.
double OutlookForecast::TreeBytes(const ResolvedStep& step) const {
  double bytes = 0, files = 0;
  for (const Input& input : step.inputs) {
    if (!absl::StartsWith(input.role, "morphology")) continue;
    const auto file = plan_.files.find(input.path);
    if (file == plan_.files.end()) continue;
    bytes += static_cast<double>(file->second.size) * kTreeBytesPerSwcByte;
    ++files;
  }
  return files > 0 ? bytes / files : 0;
}

const StepOutlook* OutlookForecast::Producer(const ResolvedStep& step,
                                             absl::string_view role) const {
  const Input* input = step.FindInput(role);
  if (input == nullptr || input->step.empty()) return nullptr;
  return &steps_[plan_.IndexOf(input->step)];
}

}  // namespace miv::server
