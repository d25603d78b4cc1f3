#pragma once

// What makes two steps the same computation.

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/string_view.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// The part of the config that the step's kind reads: no resources, no paths,
/// no unused fields, and only the entries of the populations concerned.
nlohmann::json KeyConfig(const ResolvedStep& step);

/// Identity of a step's result: SHA-256 ("sha256:" + 64 hex digits) over the
/// canonical JSON of {kind, algorithm version, KeyConfig, seed if the kind
/// draws random numbers, digests by role}.
///
/// digests: of the bytes of every input, by role; roles that the step does not
/// have are ignored.  An input without a digest makes the key one that no
/// complete set of digests gives.
std::string CacheKey(const ResolvedStep& step,
                     const std::map<std::string, std::string>& digests);

}  // namespace miv::pipeline
