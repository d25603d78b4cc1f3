#pragma once

// Smaller parts of a simulation.  Fields: `miv kinds simulation`.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/components/value.h"

namespace miv::client {

struct SynapseRule {
  std::vector<std::string> mech_params;
  std::map<std::string, int> netcon_params;
};

/// Segments shorter than a fraction of the length constant.
struct SegmentRule {
  double d_lambda = 0.1;
  std::optional<double> frequency;  ///< Hz
};

/// The user's own code at a point of the run: "after_cells", "before_run" or
/// "after_run".
struct Hook {
  File file;
  std::string at;
  std::vector<File> files;
};

struct SimulationDebug {
  std::optional<bool> netcons, sections;
};

void WriteFields(const SynapseRule& rule, ConfigWriter& writer);
void WriteFields(const SegmentRule& rule, ConfigWriter& writer);
void WriteFields(const Hook& hook, ConfigWriter& writer);
void WriteFields(const SimulationDebug& debug, ConfigWriter& writer);

}  // namespace miv::client
