#include "common/pipeline/gap_junction_pairs.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/pipeline/provider.h"

namespace miv::pipeline {

std::set<std::string> CoupledPopulations(const nlohmann::json& config) {
  std::set<std::string> populations;
  for (const auto& [a, partners] : config["locations"].items())
    for (const auto& [b, sections] : partners.items())
      populations.insert({a, b});
  return populations;
}

absl::Status BindCoupledForests(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  for (const InputRole& role : draft.kinds[index]->inputs) {
    if (role.scope != RoleScope::kPerPopulation) continue;
    for (const std::string& population : CoupledPopulations(step.config)) {
      MIV_ASSIGN_OR_RETURN(std::optional<Input> input,
                           NearestProvider(draft, index, role, population));
      if (!input)
        return InvalidInput(
            {.reason = "MISSING_INPUT",
             .step = step.name,
             .field = absl::StrCat("steps.", step.name, ".uses"),
             .what = absl::StrCat("nothing that the step uses provides the ",
                                  "trees of ", population,
                                  ", on which junctions are placed"),
             .remedy = absl::StrCat("Add a step of kind ", role.from_kinds[0],
                                    " for ", population, " to `uses`.")});
      input->role = absl::StrCat(role.role, ":", population);
      step.inputs.push_back(*std::move(input));
    }
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
