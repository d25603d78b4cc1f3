#pragma once

// Components that build a network, one structure per kind.
//
// Every field is that of docs/components.md and `miv kinds KIND`; one that is
// not set has the default that is written there.  An empty File is the output
// of the nearest step in `uses`.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/components/model.h"

namespace miv::client {

enum class LayerSource { kColumn, kDepth };
enum class RotationOrder { kAllAxes, kLastAxis };
enum class Distribution { kUniform, kPoisson };
enum class DensitySemantics { kPerLayer, kLastLayer };
enum class PointProcess { kHomogeneous, kOriginal };

const char* ConfigName(LayerSource source);
const char* ConfigName(RotationOrder order);
const char* ConfigName(Distribution distribution);
const char* ConfigName(DensitySemantics semantics);
const char* ConfigName(PointProcess process);

/// Populations, gids and projections: neuro.h5.
struct H5Types {
  static constexpr char kKind[] = "h5_types";
  CellDistributions cell_distributions;
  std::map<std::string, std::vector<std::string>> projections;
  std::map<std::string, int> population_definitions;
};

/// Soma positions: coordinates.h5.
struct NetworkArchitecture {
  static constexpr char kKind[] = "network_architecture";
  File filepath;
  CellDistributions cell_distributions;
  LayerExtents layer_extents;
  std::optional<std::array<double, 3>> rotation;
  std::map<std::string, std::map<std::string, std::array<double, 2>>>
      cell_constraints;
  /// [x, y, z] of every cell of a layer "@NAME", or a file of them, by "@NAME".
  std::map<std::string, std::variant<std::vector<std::array<double, 3>>, File>>
      points;
  std::optional<RotationOrder> rotation_order;
  std::vector<std::string> populations;
  std::string coordinate_namespace;
  std::optional<int> nodeiter;
  std::optional<double> dispersion_delta;
  std::optional<double> snap_delta;
  std::optional<bool> compat_sampling;
};

/// A coordinate, or "min", "max", "mean", "median" of an axis.
using AxisOrigin = std::variant<double, std::string>;

/// Arc distances: distances.h5.
struct MeasureDistances {
  static constexpr char kKind[] = "measure_distances";
  File filepath;
  CellDistributions cell_distributions;
  LayerExtents layer_extents;
  std::optional<std::array<double, 3>> rotation;
  std::map<std::string, AxisOrigin> origin;  ///< by "U", "V", "L"
  std::vector<std::string> populations;
  std::string coordinate_namespace;
};

/// One of several morphologies of a population.
struct Morphology {
  File file;
  /// Gids, or ranges of them such as "10-19".
  std::vector<std::variant<std::int64_t, std::string>> gids;
};

/// A tree per cell of one population: forest.h5.
struct GenerateSynapseForest {
  static constexpr char kKind[] = "generate_synapse_forest";
  File filepath;
  std::string population;
  /// An SWC file, or several; unset: of ModelDirectories::morphology.
  std::optional<std::variant<File, std::vector<Morphology>>> morphology;
  std::optional<LayerSource> layer_from;
  std::string depth_axis;  ///< "x", "y", "z", "-x", "-y", "-z"
  std::string soma_layer;
  LayerExtents layer_extents;
  std::map<std::string, int> layer_definitions;
};

/// Synapses of one population: synapses.h5.
struct DistributeSynapses {
  static constexpr char kKind[] = "distribute_synapses";
  File forest_filepath;
  CellTypes cell_types;
  std::string population;
  std::map<std::string, int> layer_definitions;
  std::optional<Distribution> distribution;
  std::optional<DensitySemantics> density_semantics;
  std::optional<PointProcess> point_process;
  File template_path;
  File mechanisms_path;
};

/// Projections onto one population: connectivity.h5.
struct GenerateConnections {
  static constexpr char kKind[] = "generate_connections";
  File filepath;
  File forest_filepath;
  std::string population;
  AxonExtents axon_extents;
  Projections synapses;
  std::map<std::string, int> population_definitions;
  std::map<std::string, int> layer_definitions;
  std::vector<std::string> include_forest_populations;
  std::optional<bool> allow_autapses;
  std::string distances_namespace;
  std::string synapses_namespace;
};

/// The whole network: cells.h5 and connections.h5.
struct Neuroh5Graph {
  static constexpr char kKind[] = "neuroh5_graph";
  std::vector<std::string> coordinates_alias;
};

void WriteFields(const H5Types& component, ConfigWriter& writer);
void WriteFields(const NetworkArchitecture& component, ConfigWriter& writer);
void WriteFields(const MeasureDistances& component, ConfigWriter& writer);
void WriteFields(const Morphology& morphology, ConfigWriter& writer);
void WriteFields(const GenerateSynapseForest& component, ConfigWriter& writer);
void WriteFields(const DistributeSynapses& component, ConfigWriter& writer);
void WriteFields(const GenerateConnections& component, ConfigWriter& writer);
void WriteFields(const Neuroh5Graph& component, ConfigWriter& writer);

}  // namespace miv::client
