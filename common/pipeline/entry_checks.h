#pragma once

// Checks that entries of several kinds share: which fields go together, and
// spike times.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// Errors: MISSING_FIELD or CONFLICT unless exactly one of `names` is a field
/// of the entry at `field`.
absl::Status CheckOneOf(const ResolvedStep& step, const std::string& field,
                        const nlohmann::json& entry,
                        const std::vector<std::string>& names);

/// Errors: CONFLICT if the entry has one of `names` but not `owner`.
absl::Status CheckBelongsTo(const ResolvedStep& step, const std::string& field,
                            const nlohmann::json& entry,
                            const std::string& owner,
                            const std::vector<std::string>& names);

/// times: a list of numbers, ms.
/// Errors: OUT_OF_RANGE for a negative time, UNSORTED_TIMES.
absl::Status CheckTrain(const ResolvedStep& step, const std::string& field,
                        const nlohmann::json& times);

/// The gid that the key `text` of the mapping at `field` is.
/// Errors: WRONG_TYPE.
absl::StatusOr<std::uint32_t> CheckGidKey(const ResolvedStep& step,
                                          const std::string& field,
                                          const std::string& text);

}  // namespace miv::pipeline
