#include "common/pipeline/bind_graph.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/pipeline/provider.h"

namespace miv::pipeline {
namespace {

// What was made from others comes first: connections, synapses, forest.
std::vector<const InputRole*> RolesOf(const KindInfo& kind) {
  std::vector<const InputRole*> roles;
  for (const InputRole& role : kind.inputs)
    if (role.scope == RoleScope::kPerPopulation) roles.push_back(&role);
  std::reverse(roles.begin(), roles.end());
  return roles;
}

// Populations that these steps provide a role for.
std::set<std::string> PopulationsOf(const Draft& draft, const KindInfo& kind,
                                    const std::vector<std::size_t>& steps) {
  std::set<std::string> populations;
  for (const std::size_t index : steps) {
    const ResolvedStep& step = draft.step(index);
    for (const InputRole* role : RolesOf(kind))
      if (ProvidedBy(step, *role, step.population()))
        populations.insert(step.population());
  }
  return populations;
}

absl::Status MissingRole(const ResolvedStep& step, const std::string& role,
                         const std::string& kind,
                         const std::string& needed_by) {
  return InvalidInput(
      {.reason = "MISSING_INPUT",
       .step = step.name,
       .field = absl::StrCat("steps.", step.name, ".uses"),
       .what = absl::StrCat("the graph has \"", needed_by,
                            "\" but nothing provides \"", role, "\""),
       .remedy = absl::StrCat("Add a step of kind ", kind,
                              " to `uses`, or an import that stands for it.")});
}

// An input of the graph was made from `used`; the graph must have the same.
absl::Status CheckSame(const ResolvedStep& graph, const std::string& role,
                       const Input* own, const ResolvedStep* maker,
                       const std::string& maker_role) {
  const Input* used = maker == nullptr ? nullptr : maker->FindInput(maker_role);
  if (used == nullptr || own == nullptr ||
      (used->step == own->step && used->output == own->output &&
       used->path == own->path))
    return absl::OkStatus();
  const auto source = [](const Input& input) {
    return input.step.empty() ? input.path : input.step;
  };
  return InvalidInput(
      {.reason = "INCONSISTENT_INPUT",
       .step = graph.name,
       .field = absl::StrCat("steps.", graph.name, ".uses"),
       .what = absl::StrCat(maker->name, " was not made from the graph's \"",
                            role, "\""),
       .expected = source(*used),
       .found = source(*own),
       .remedy = absl::StrCat("Use ", source(*used), " in the graph, or ",
                              source(*own), " in ", maker->name, ".")});
}

absl::Status CheckPopulationInputs(const Draft& draft, std::size_t index,
                                   const std::string& population) {
  const ResolvedStep& graph = draft.step(index);
  const std::string forest = "forest:" + population;
  const std::string synapses = "synapses:" + population;
  const std::string connections = "connections:" + population;
  const Input* own_forest = graph.FindInput(forest);
  const Input* own_synapses = graph.FindInput(synapses);
  if (graph.FindInput(connections) != nullptr && own_synapses == nullptr)
    return MissingRole(graph, synapses, "distribute_synapses", connections);
  if (own_synapses != nullptr && own_forest == nullptr)
    return MissingRole(graph, forest, "generate_synapse_forest", synapses);
  MIV_RETURN_IF_ERROR(CheckSame(
      graph, forest, own_forest,
      ProducerOf(draft, index, synapses, "distribute_synapses"), "forest"));
  return CheckSame(
      graph, synapses, own_synapses,
      ProducerOf(draft, index, connections, "generate_connections"),
      "synapses");
}

// The step that was made from the role: connections from synapses, synapses
// from a forest.  The graph has it already.
const ResolvedStep* MadeFrom(const Draft& draft, std::size_t index,
                             const std::string& role,
                             const std::string& population) {
  if (role == "synapses")
    return ProducerOf(draft, index, "connections:" + population,
                      "generate_connections");
  if (role == "forest")
    return ProducerOf(draft, index, "synapses:" + population,
                      "distribute_synapses");
  return nullptr;
}

// A step that the graph uses directly, else what its other inputs were made
// from, else the nearest.
absl::StatusOr<std::optional<Input>> FindRole(const Draft& draft,
                                              std::size_t index,
                                              const InputRole& role,
                                              const std::string& population) {
  MIV_ASSIGN_OR_RETURN(std::optional<Input> nearest,
                       NearestProvider(draft, index, role, population));
  if (nearest)
    for (const std::size_t used : draft.graph.uses(index))
      if (draft.step(used).name == nearest->step) return nearest;
  const ResolvedStep* maker = MadeFrom(draft, index, role.role, population);
  const Input* own = maker == nullptr ? nullptr : maker->FindInput(role.role);
  if (own != nullptr) return std::optional<Input>(*own);
  return nearest;
}

}  // namespace

absl::Status BindPopulations(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  const KindInfo& kind = *draft.kinds[index];
  const auto upstream = PopulationsOf(draft, kind, draft.graph.Upstream(index));
  auto chosen = PopulationsOf(draft, kind, draft.graph.uses(index));
  if (chosen.empty()) chosen = upstream;
  for (const std::string& population : chosen) {
    for (const InputRole* role : RolesOf(kind)) {
      MIV_ASSIGN_OR_RETURN(std::optional<Input> input,
                           FindRole(draft, index, *role, population));
      if (!input) continue;
      input->role = absl::StrCat(role->role, ":", population);
      step.inputs.push_back(*std::move(input));
    }
    MIV_RETURN_IF_ERROR(CheckPopulationInputs(draft, index, population));
  }
  for (const std::string& population : upstream)
    if (chosen.count(population) == 0)
      draft.out.warnings.push_back(
          {step.name, absl::StrCat("steps.", step.name, ".uses"),
           absl::StrCat("The graph leaves out population ", population,
                        ": none of its steps is in `uses`.")});
  return absl::OkStatus();
}

}  // namespace miv::pipeline
