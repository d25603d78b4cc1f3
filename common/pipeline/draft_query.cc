// What the stages ask of a draft.

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/draft.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {

using nlohmann::json;

const Input* ResolvedStep::FindInput(absl::string_view role) const {
  for (const Input& input : inputs)
    if (input.role == role) return &input;
  return nullptr;
}

bool IsOwn(const Draft& draft, std::size_t index,
           const std::vector<std::string>& keys) {
  const json* at = &draft.spec->steps[index].config;
  for (const std::string& key : keys) {
    if (!at->is_object() || !at->contains(key)) return false;
    at = &(*at)[key];
  }
  return true;
}

std::string ResolvedStep::population() const {
  const auto it = config.find("population");
  return it != config.end() && it->is_string() ? it->get<std::string>() : "";
}

const ResolvedStep* ResolvedPipeline::FindStep(absl::string_view wanted) const {
  for (const ResolvedStep& step : steps)
    if (step.name == wanted) return &step;
  return nullptr;
}

std::string ConfigField(const ResolvedStep& step, absl::string_view field) {
  const std::string config = absl::StrCat("steps.", step.name, ".config");
  return field.empty() ? config : absl::StrCat(config, ".", field);
}

absl::Status ConfigError(const ResolvedStep& step, absl::string_view field,
                         Fault fault) {
  fault.step = step.name;
  fault.field = ConfigField(step, field);
  return InvalidInput(fault);
}

void Warn(Draft& draft, const ResolvedStep& step, absl::string_view field,
          std::string text) {
  draft.out.warnings.push_back(
      {step.name, ConfigField(step, field), std::move(text)});
}

const ResolvedStep* ProducerOf(const Draft& draft, std::size_t index,
                               absl::string_view role, absl::string_view kind) {
  const Input* input = draft.step(index).FindInput(role);
  if (input == nullptr || input->step.empty()) return nullptr;
  const ResolvedStep* producer = draft.out.FindStep(input->step);
  return producer->kind == kind ? producer : nullptr;
}

const ResolvedStep* NearestOfKind(const Draft& draft, std::size_t index,
                                  absl::string_view kind,
                                  absl::string_view population) {
  for (const std::size_t used : draft.graph.Upstream(index)) {
    const ResolvedStep& step = draft.step(used);
    if (step.kind == kind &&
        (population.empty() || step.population() == population))
      return &step;
  }
  return nullptr;
}

const json* CellsOf(const Draft& draft, std::size_t index) {
  const ResolvedStep* types = draft.step(index).kind == "h5_types"
                                  ? &draft.step(index)
                                  : NearestOfKind(draft, index, "h5_types");
  return types == nullptr ? nullptr : &types->config["cell_distributions"];
}

absl::Status CheckPopulation(const Draft& draft, std::size_t index,
                             absl::string_view field,
                             const std::string& population) {
  const json* cells = CellsOf(draft, index);
  if (cells == nullptr || cells->contains(population)) return absl::OkStatus();
  std::vector<std::string> known;
  for (const auto& [name, layers] : cells->items()) known.push_back(name);
  return ConfigError(draft.step(index), field,
                     {.reason = "UNKNOWN_POPULATION",
                      .what = "the network has no such population",
                      .expected = "one of " + absl::StrJoin(known, ", "),
                      .found = Show(population),
                      .remedy = NearestName(population, known).empty()
                                    ? ""
                                    : SuggestName(population, known)});
}

}  // namespace miv::pipeline
