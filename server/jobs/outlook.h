#pragma once

// How much work the steps of a plan will be: from the reports of those that
// are done, and from configs and trees for the others.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/pipeline/tree_lengths.h"
#include "server/estimates/amounts.h"
#include "server/jobs/plan.h"

namespace miv::server {

/// What is known of the cells of a population before they are built: means over
/// its morphologies.
struct CellShape {
  double segments = 0;            ///< of its template; 0 = unknown
  pipeline::TreeLengths lengths;  ///< empty = unknown
};

/// By population.
using CellShapes = std::map<std::string, CellShape>;

/// What a step does, or did.
struct StepOutlook {
  std::optional<Amounts> amounts;  ///< nullopt = unknown
  std::int64_t output_bytes = 0;   ///< of all outputs; 0 = unknown
  /// distribute_synapses: per cell, by "apical excitatory SR".
  std::map<std::string, double> synapses_per_cell;
  /// generate_connections: edges by source population.
  std::map<std::string, double> edges;
};

/// Of a step that has run, from its report.
StepOutlook OutlookOfReport(const nlohmann::json& report,
                            std::int64_t output_bytes);

/// Foretells the steps of one plan, dependencies first.
class OutlookForecast {
 public:
  /// The references must outlive this object.
  OutlookForecast(const JobPlan& plan, const CellShapes& shapes)
      : plan_(plan), shapes_(shapes), steps_(plan.pipeline.steps.size()) {}

  /// What is known of a step: that it is done.
  void Set(int index, StepOutlook outlook) {
    steps_[index] = std::move(outlook);
  }

  /// Foretells and keeps a step whose inputs' steps were set or foretold.
  /// last: of the step in an earlier job; what cannot be had otherwise is
  /// taken from there, in proportion to the number of cells.
  const StepOutlook& Foretell(int index,
                              const std::optional<StepOutlook>& last);

 private:
  struct Subject;

  StepOutlook Architecture(const Subject& subject) const;
  StepOutlook Distances(const Subject& subject) const;
  StepOutlook Forest(const Subject& subject) const;
  StepOutlook Synapses(const Subject& subject) const;
  StepOutlook Connections(const Subject& subject) const;
  StepOutlook Copy(const Subject& subject) const;
  StepOutlook Simulation(const Subject& subject) const;
  Amounts Network(const pipeline::ResolvedStep& simulation) const;

  std::optional<double> CellsOf(const std::string& population) const;
  double TreeBytes(const pipeline::ResolvedStep& step) const;
  const StepOutlook* Producer(const pipeline::ResolvedStep& step,
                              absl::string_view role) const;

  const JobPlan& plan_;
  const CellShapes& shapes_;
  std::vector<StepOutlook> steps_;
};

}  // namespace miv::server
