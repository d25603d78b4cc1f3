#pragma once

// Results that arrive while they are computed, as --json prints them.

#include <nlohmann/json.hpp>

#include "miv/v1/events.pb.h"

namespace miv::client {

/// {"type": "spikes", "begin_ms", "end_ms", "t_ms": [...], "gid": [...]}; with
/// "lost" if some could not be read.
nlohmann::json SpikesJson(const v1::Spikes& spikes);

/// {"type": "lfp", "begin_ms", "end_ms", "traces": [{"label", "first", "dt_ms",
/// "v_mv": [...], "populations": {NAME: [...]}}]}
nlohmann::json LfpJson(const v1::LfpSamples& lfp);

/// {"type": "recorded", "begin_ms", "end_ms", "blocks": [{"label", "variable",
/// "unit", "first", "dt_ms", "gid": [...], "section": [...], "x": [...],
/// "value": [...]}]}; value is [samples][traces], flat.
nlohmann::json RecordedJson(const v1::RecordedSamples& recorded);

}  // namespace miv::client
