#pragma once

// The component that runs a network.  Fields: `miv kinds simulation`.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/components/model.h"
#include "client/components/simulation_parts.h"

namespace miv::client {

enum class LfpMode { kExact, kLegacy };
enum class CellPlacement { kSoma, kTrees };
enum class ParameterScope { kByName, kByMechanism };
enum class TiedEvents { kArrival, kBySource };

const char* ConfigName(LfpMode mode);
const char* ConfigName(CellPlacement placement);
const char* ConfigName(ParameterScope scope);
const char* ConfigName(TiedEvents order);

using Gids = std::vector<std::int64_t>;
using SpikeTrain = std::vector<double>;  ///< ms

/// Of every cell, one per cell in order of gid, or by gid.
using SpikeTimes = std::variant<SpikeTrain, std::vector<SpikeTrain>,
                                std::map<std::string, SpikeTrain>>;

/// Trains for the cells of a population: one of times, rate and file.
struct Stimulus {
  std::string population;
  Gids gids;
  std::optional<SpikeTimes> times;
  std::optional<double> rate;   ///< Hz
  std::optional<double> start;  ///< ms
  std::optional<double> stop;   ///< ms
  File file;
  std::string namespace_name;  ///< `namespace`
  std::string attribute;
};

/// A class of sections ("soma", also "all" for recordings), or an index.
using SectionChoice = std::variant<std::string, std::int64_t>;

/// A current clamp (delay, dur, amp) or a voltage clamp (levels, durations).
struct Clamp {
  std::string population;
  Gids gids;
  std::optional<std::int64_t> gid;
  std::optional<SectionChoice> section;
  std::optional<double> loc;
  std::optional<double> delay;    ///< ms
  std::optional<double> dur;      ///< ms
  std::optional<double> amp;      ///< nA
  std::vector<double> levels;     ///< mV
  std::vector<double> durations;  ///< ms
  std::optional<double> rs;       ///< MOhm
};

/// An electrode that sees the LFP.
struct LfpElectrode {
  std::string label;
  std::array<double, 3> pos = {};  ///< um
  std::optional<double> rho;       ///< Ohm cm
  std::optional<double> dt_lfp;    ///< ms
  std::optional<LfpMode> mode;
  std::optional<CellPlacement> place_cells;
  std::optional<double> max_e_dist;  ///< `maxEDist`, um
  std::optional<double> fdst;
  std::vector<std::string> populations;
  std::optional<std::int64_t> seed;
};

/// What is recorded in the cells.
struct Recording {
  std::string label;
  std::string variable;
  Gids gids;
  std::string population;
  std::optional<double> fraction;
  std::optional<std::int64_t> limit;
  std::optional<SectionChoice> section;
  std::optional<std::variant<double, std::string>> loc;  ///< or "all"
  std::optional<double> dt;                              ///< ms
};

/// Runs a network: results.h5 and readout.npy.
struct Simulation {
  static constexpr char kKind[] = "simulation";
  File cells;
  File connections;
  File templates;
  File mechanisms;
  CellTypes cell_types;  ///< changes to those of the build
  Projections synapses;  ///< changes to those of the build
  /// um/ms, one for all or by source.
  std::optional<std::variant<double, std::map<std::string, double>>>
      connection_velocity;
  std::map<std::string, std::string> synapse_mechanisms;
  std::map<std::string, SynapseRule> synapse_rules;
  std::optional<ParameterScope> param_scope;
  std::optional<TiedEvents> tied_events;
  std::optional<bool> isolate_cells;
  std::optional<std::variant<std::string, SegmentRule>> nseg;
  double t_end = 0;              ///< ms
  std::optional<double> dt;      ///< ms
  std::optional<double> v_init;  ///< mV
  std::optional<double> celsius;
  std::optional<int> secondorder;
  std::vector<Stimulus> stimulus;
  std::vector<Clamp> clamps;
  std::vector<LfpElectrode> lfp;
  std::vector<Recording> record;
  std::vector<Hook> hooks;
  File gap_junctions;
  std::optional<bool> python;
  std::optional<SimulationDebug> debug;
  std::optional<double> checkpoint_interval;
  File start_from;
  std::optional<bool> save_checkpoint;
};

void WriteFields(const Stimulus& stimulus, ConfigWriter& writer);
void WriteFields(const Clamp& clamp, ConfigWriter& writer);
void WriteFields(const LfpElectrode& electrode, ConfigWriter& writer);
void WriteFields(const Recording& recording, ConfigWriter& writer);
void WriteFields(const Simulation& component, ConfigWriter& writer);

}  // namespace miv::client
