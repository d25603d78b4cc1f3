#pragma once

// What a neuroh5 file means, as JSON: global gids, independent of storage
// order. The form is that of the `semantic` part of the conformance fixtures.

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"

namespace miv::neuroh5 {

/// {"cell_attributes": {P: {namespace: {gid: {attribute: [values]}}}},
///  "population_enum": {P: index}, "population_ranges": {P: [start, count]},
///  "projections": {dst: {src: {gid: {"src": [gids],
///                                    "attr": {namespace: {name:
///                                    [values]}}}}}},
///  "valid_projections": [[src, dst]]}
absl::StatusOr<nlohmann::json> MeaningOf(const Reader& reader);

}  // namespace miv::neuroh5
