#pragma once

// Components beside the building and the running of a network.  Fields:
// `miv kinds KIND`; one that is not set has the default that is written there.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/components/build.h"
#include "client/components/model.h"

namespace miv::client {

enum class Directions { kBoth, kOne };
enum class Interpolation { kLinear, kStep };
const char* ConfigName(Directions directions);
const char* ConfigName(Interpolation interpolation);

/// Rate over time; parallel lists of ms and Hz.
struct RateProfile {
  std::vector<double> times;
  std::vector<double> rates;
  std::optional<Interpolation> interpolation;
};

/// rate * (1 + depth sin(2 pi frequency t + phase))
struct Modulation {
  double frequency = 0;  ///< Hz
  double depth = 0;      ///< 0 to 1
  std::optional<double> phase;
};

/// Trains of some cells: one of rate, profile and trains.
struct InputEntry {
  std::string population;
  std::vector<std::int64_t> gids;
  std::optional<double> rate;  ///< Hz
  std::optional<RateProfile> profile;
  std::map<std::string, std::vector<double>> trains;  ///< by gid, ms
  std::optional<Modulation> modulation;
  std::optional<double> start;       ///< ms
  std::optional<double> stop;        ///< ms
  std::optional<double> refractory;  ///< ms
};

struct Trials {
  std::optional<int> n;
  double duration = 0;  ///< ms
};

/// Electrical coupling: gap_junctions.h5.
struct GapJunctions {
  static constexpr char kKind[] = "gap_junctions";
  template <typename T>
  using PerPair = std::map<std::string, std::map<std::string, T>>;
  File filepath;
  PerPair<std::vector<SectionClass>> locations;
  PerPair<double> connection_probabilities;
  std::map<std::string, double> connection_weights;  ///< by distance
  std::optional<std::array<double, 2>> connection_bounds;
  PerPair<double> coupling_coefficients;
  std::map<std::string, double> coupling_weights;  ///< by distance
  std::optional<std::array<double, 2>> coupling_bounds;
  std::optional<Directions> directions;
  std::string coordinate_namespace;
};

/// Spike trains (docs/input-spikes.md): input_spikes.h5.
struct InputSpikes {
  static constexpr char kKind[] = "input_spikes";
  File filepath;
  std::vector<InputEntry> inputs;
  Trials trials;
  std::optional<double> equilibration;  ///< ms
  std::optional<double> refractory;     ///< ms
  std::string namespace_name;           ///< `namespace`
  std::string attribute;
};

/// A file that stands for the output of a step.
struct Import {
  static constexpr char kKind[] = "import";
  File file;
  std::string stands_for;
  std::string population;
  /// Of a directory of SWC files, by gid, "FIRST-LAST" or "default".
  std::map<std::string, std::variant<std::string, std::vector<std::string>>>
      gids;
  /// Of SWC files, as of GenerateSynapseForest.
  std::optional<LayerSource> layer_from;
  std::string depth_axis;
  std::string soma_layer;
  LayerExtents layer_extents;
  std::map<std::string, int> layer_definitions;
};

/// A program of the user's (docs/scripts.md).
struct Script {
  static constexpr char kKind[] = "script";
  using Word = std::variant<std::string, double>;
  File program;
  std::string interpreter;
  std::vector<Word> args;
  std::map<std::string, File> inputs;
  std::vector<std::string> outputs;
  std::string stands_for;
  std::string population;
  std::map<std::string, Word> environment;
  std::optional<double> timeout_s;
};

/// Checks a network against its config (docs/verify.md): verify.json.
struct Verify {
  static constexpr char kKind[] = "verify";
  File cells;
  File connections;
};

/// A network as MiV-Simulator's declarative YAML, in one step.
struct Network {
  static constexpr char kKind[] = "network";
  std::string config_filepath;  ///< read by Pipeline::Prepare
  Json config;                  ///< its content instead
  File template_path;
  File mechanisms_path;
  File morphology_path;
  std::vector<std::string> populations;
  std::map<std::string, std::vector<std::string>> projections;
  std::map<std::string, std::map<std::string, Json>> options;
  std::string recording_profile;
};

void WriteFields(const GapJunctions& component, ConfigWriter& writer);
void WriteFields(const RateProfile& profile, ConfigWriter& writer);
void WriteFields(const Modulation& modulation, ConfigWriter& writer);
void WriteFields(const InputEntry& entry, ConfigWriter& writer);
void WriteFields(const Trials& trials, ConfigWriter& writer);
void WriteFields(const InputSpikes& component, ConfigWriter& writer);
void WriteFields(const Import& component, ConfigWriter& writer);
void WriteFields(const Script& component, ConfigWriter& writer);
void WriteFields(const Verify& component, ConfigWriter& writer);
void WriteFields(const Network& component, ConfigWriter& writer);

}  // namespace miv::client
