#pragma once

// Which steps can be an input of another.

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/draft.h"

namespace miv::pipeline {

/// The output of `step` that is an input of this role, for this population
/// where the role is about one; nullopt if there is none.  An import or script
/// provides what it stands for; one that names no population does so for any
/// step.
std::optional<std::string> ProvidedBy(const ResolvedStep& step,
                                      const InputRole& role,
                                      absl::string_view population);

/// Whether the step's file may stand for what another kind writes.
bool StandsIn(const ResolvedStep& step);

/// The name of the file that stands for a kind ("forest.h5") or a single file
/// ("cells.h5", "morphology.swc").
std::string StandInFile(const std::string& stands_for);

/// The nearest step upstream that provides the role.
/// Errors: InvalidArgument AMBIGUOUS_INPUT if several are equally near.
absl::StatusOr<std::optional<Input>> NearestProvider(
    const Draft& draft, std::size_t index, const InputRole& role,
    absl::string_view population);

}  // namespace miv::pipeline
