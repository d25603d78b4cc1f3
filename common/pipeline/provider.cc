#include "common/pipeline/provider.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace miv::pipeline {

bool StandsIn(const ResolvedStep& step) {
  return step.kind == "import" || step.kind == "script";
}

std::string StandInFile(const std::string& stands_for) {
  const auto kind = FindKind(stands_for);
  if (kind.ok() && (*kind)->name == stands_for) return (*kind)->outputs[0];
  return absl::StrCat(stands_for, stands_for == "morphology" ? ".swc" : ".h5");
}

std::optional<std::string> ProvidedBy(const ResolvedStep& step,
                                      const InputRole& role,
                                      absl::string_view population) {
  const bool any_population = role.scope == RoleScope::kOwnPopulation &&
                              StandsIn(step) && step.population().empty();
  if (role.scope != RoleScope::kNetwork && !any_population &&
      step.population() != population)
    return std::nullopt;
  const auto from = [&role](const std::string& kind) {
    return std::find(role.from_kinds.begin(), role.from_kinds.end(), kind) !=
           role.from_kinds.end();
  };
  if (!StandsIn(step))
    return from(step.kind) ? std::optional(role.output) : std::nullopt;
  const std::string stands_for = step.config.value("stands_for", "");
  if (stands_for.empty() || !(from(stands_for) || stands_for == role.role))
    return std::nullopt;
  return step.outputs[0];
}

absl::StatusOr<std::optional<Input>> NearestProvider(
    const Draft& draft, std::size_t index, const InputRole& role,
    absl::string_view population) {
  for (const auto& level : draft.graph.Levels(index)) {
    std::vector<std::string> names;
    std::optional<Input> found;
    for (const std::size_t used : level) {
      const ResolvedStep& step = draft.step(used);
      const auto output = ProvidedBy(step, role, population);
      if (!output) continue;
      names.push_back(step.name);
      found = Input{.role = role.role, .step = step.name, .output = *output};
    }
    if (names.size() == 1) return found;
    if (names.empty()) continue;
    const ResolvedStep& step = draft.step(index);
    return InvalidInput(
        {.reason = "AMBIGUOUS_INPUT",
         .step = step.name,
         .field = absl::StrCat("steps.", step.name, ".uses"),
         .what = absl::StrCat(
             "several steps provide the input \"", role.role,
             population.empty() || role.scope == RoleScope::kNetwork
                 ? ""
                 : absl::StrCat(" of ", population),
             "\""),
         .expected = "one",
         .found = absl::StrJoin(names, ", "),
         .remedy =
             role.field.empty()
                 ? "Use one of them only."
                 : absl::StrCat("Use one of them only, or write ", role.field,
                                ": step:", names[0], " in the config.")});
  }
  return std::optional<Input>();
}

}  // namespace miv::pipeline
