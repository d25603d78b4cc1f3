#pragma once

// What a config says about a network, in the form that the checks use.

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::verify {

using Point = std::array<double, 3>;

/// lo[i] <= p[i] <= hi[i] along U, V, L, um.
struct Box {
  Point lo{}, hi{};
};

struct CoordinateExpectations {
  std::map<std::string, Box> layers;
  std::map<std::string, std::map<std::string, std::int64_t>> cells;
  /// L of a population's cells in a layer.
  std::map<std::string, std::map<std::string, std::pair<double, double>>> bands;
  std::set<std::string> populations;  ///< that have coordinates; empty = all
  std::set<std::string> placed;       ///< with cells at points of the config
  Point rotation{};                   ///< degrees about x, then y, then z
  bool exact_layers = true;           ///< per-layer counts hold
  std::string name_space = "Generated Coordinates";
};

struct DistanceExpectations {
  std::map<std::string, Box> layers;
  /// Coordinates, or min, max, mean, median of the volume: of U and V.
  std::array<nlohmann::json, 2> origin;
};

struct LayerDensity {
  std::optional<int> layer;  ///< nullopt = default
  double mean = 0, sd = 0;   ///< per um
};

/// Density of one type of synapse on one class of sections.
struct DensityRule {
  int section = 0, type = 0;
  std::vector<LayerDensity> layers;
  std::optional<std::size_t> only;  ///< the entry that counts in every layer

  /// The density in a layer; nullptr if there is none.
  const LayerDensity* In(int layer) const;
};

struct SynapseExpectations {
  enum class Process { kHomogeneous, kOriginal, kEven };
  std::vector<DensityRule> rules;
  Process process = Process::kHomogeneous;
};

/// Kernel of the source choice: a Gaussian of |dU| and |dV|, cut at 3 sigma.
struct Kernel {
  std::optional<int> layer;  ///< of the synapse; nullopt = default
  std::array<double, 2> width{}, offset{};

  double reach(int axis) const { return width[axis] / 2; }
  /// exp(-((|du| - offset) / sigma)^2 / 2) (same in v), 0 from the reach on;
  /// sigma = (width / 2 - offset) / 3.  Source: build-pipeline.md 3.6.
  double Weight(double du, double dv) const;
};

struct ProjectionExpectations {
  int type = 0;
  /// By (section class, layer).
  std::map<std::pair<int, int>, double> proportions;
  double contacts = 1;
  std::vector<Kernel> kernels;

  /// The kernel of a synapse layer, -1 if there is none.
  int KernelIn(int layer) const;
};

struct ConnectionExpectations {
  std::map<std::string, ProjectionExpectations> sources;
  bool autapses = false;
};

/// Absent parts are not known and not checked.
struct Expectations {
  std::map<std::string, int> definitions;
  std::map<std::string, std::int64_t> counts;  ///< cells by population
  std::set<std::pair<std::string, std::string>> projections;  ///< post, pre
  bool types_known = false;
  std::optional<CoordinateExpectations> coordinates;
  std::optional<DistanceExpectations> distances;
  std::map<std::string, SynapseExpectations> synapses;
  std::map<std::string, ConnectionExpectations> connections;
};

/// Reads what pipeline::NetworkExpectations gives; null or {} knows nothing.
/// Errors: InvalidArgument for anything else.
absl::StatusOr<Expectations> ExpectationsFromJson(const nlohmann::json& json);

/// "apical", "excitatory"; the number for an unknown code.
std::string SectionClassName(int swc_type);
std::string SynapseTypeName(int type);

}  // namespace miv::verify
