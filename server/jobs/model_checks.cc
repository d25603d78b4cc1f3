#include "server/jobs/model_checks.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/canonical_json.h"
#include "common/base/digest.h"
#include "common/base/fault.h"

namespace miv::server {
namespace {

using nlohmann::json;
using pipeline::ResolvedStep;

LabelledDigest FileOf(const JobPlan& plan, const ResolvedStep& step,
                      absl::string_view role) {
  const pipeline::Input* input = step.FindInput(role);
  if (input == nullptr || !input->step.empty()) return {};
  return {FileDigestOf(plan, step, role), input->path};
}

// The SWC files of a forest: one of all cells, or those of its list.
std::vector<LabelledDigest> MorphologiesOf(const JobPlan& plan,
                                           const ResolvedStep& step) {
  std::vector<LabelledDigest> files;
  if (step.kind != "generate_synapse_forest") return files;
  for (const pipeline::Input& input : step.inputs) {
    if (input.role != "morphology" &&
        !absl::StartsWith(input.role, "morphology:")) {
      continue;
    }
    LabelledDigest file = FileOf(plan, step, input.role);
    if (!file.digest.empty()) files.push_back(std::move(file));
  }
  return files;
}

// The files that say where cells stand, and how many cells each is for.
std::vector<PointsCheck> PointsOf(const JobPlan& plan,
                                  const ResolvedStep& step) {
  std::vector<PointsCheck> checks;
  const auto points = step.config.find("points");
  if (points == step.config.end() || !points->is_object()) return checks;
  for (const auto& [name, role] : points->items()) {
    if (!role.is_string()) continue;
    PointsCheck check{FileOf(plan, step, role.get<std::string>())};
    for (const auto& layers : step.config["cell_distributions"])
      check.cells += layers.value(name, std::int64_t{0});
    if (!check.file.digest.empty()) checks.push_back(std::move(check));
  }
  return checks;
}

// An SWC file that the population's cells are made from; empty if they come
// from elsewhere (an imported forest, or no forest at all).
LabelledDigest MorphologyOf(const JobPlan& plan,
                            const std::string& population) {
  for (const ResolvedStep& step : plan.pipeline.steps) {
    if (step.population() != population) continue;
    auto files = MorphologiesOf(plan, step);
    if (!files.empty()) return std::move(files.front());
  }
  return {};
}

// Populations whose cells a step makes: its own, or all that it knows.
std::vector<CellCheck> CellsOf(const JobPlan& plan, const ResolvedStep& step) {
  std::vector<CellCheck> cells;
  const auto types = step.config.find("cell_types");
  if (types == step.config.end() || !types->is_object()) return cells;
  const std::string own = step.population();
  for (const auto& [population, type] : types->items()) {
    if (!own.empty() && population != own) continue;
    const auto name = type.find("template");
    if (name == type.end() || !name->is_string()) continue;
    const LabelledDigest morphology = MorphologyOf(plan, population);
    if (morphology.digest.empty()) continue;
    cells.push_back({population, name->get<std::string>(), morphology});
  }
  return cells;
}

template <typename T>
void AddOnce(std::vector<T>& all, T one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) {
    all.push_back(std::move(one));
  }
}

ModelCheck& CheckFor(std::vector<ModelCheck>& checks,
                     const LabelledDigest& mechanisms,
                     const LabelledDigest& templates) {
  for (ModelCheck& check : checks) {
    if (check.mechanisms.digest == mechanisms.digest &&
        check.templates.digest == templates.digest) {
      return check;
    }
  }
  return checks.emplace_back(ModelCheck{mechanisms, templates, {}, {}, {}});
}

json Named(const LabelledDigest& file, bool with_labels) {
  json named = {{"digest", file.digest}};
  if (with_labels) named["label"] = file.label;
  return named;
}

}  // namespace

absl::Status WithField(const JobPlan& plan, const absl::Status& refusal) {
  Fault fault = FaultOrMessage(refusal);
  for (const auto& step : plan.pipeline.steps) {
    for (const auto& input : step.inputs) {
      const bool names_it =
          !input.path.empty() &&
          (fault.file == input.path ||
           absl::StartsWith(fault.file, absl::StrCat(input.path, "/")));
      if (!names_it) continue;
      fault.step = step.name;
      fault.field = input.field;
      return MakeStatus(refusal.code(), fault);
    }
  }
  return refusal;
}

std::vector<ModelCheck> ChecksOf(const JobPlan& plan) {
  std::vector<ModelCheck> checks;
  for (const ResolvedStep& step : plan.pipeline.steps) {
    if (step.FindInput("templates") == nullptr) continue;
    ModelCheck& check = CheckFor(checks, FileOf(plan, step, "mechanisms"),
                                 FileOf(plan, step, "templates"));
    for (CellCheck& cell : CellsOf(plan, step)) {
      AddOnce(check.cells, std::move(cell));
    }
  }
  for (const ResolvedStep& step : plan.pipeline.steps) {
    for (LabelledDigest& morphology : MorphologiesOf(plan, step)) {
      if (checks.empty()) checks.emplace_back();
      AddOnce(checks.front().morphologies, std::move(morphology));
    }
    for (PointsCheck& points : PointsOf(plan, step)) {
      if (checks.empty()) checks.emplace_back();
      AddOnce(checks.front().points, std::move(points));
    }
  }
  return checks;
}

std::string CheckKey(const ModelCheck& check, absl::string_view worker,
                     bool with_labels) {
  auto cells = json::array();
  for (const CellCheck& cell : check.cells) {
    cells.push_back({{"population", cell.population},
                     {"template", cell.template_name},
                     {"morphology", Named(cell.morphology, with_labels)}});
  }
  auto morphologies = json::array();
  for (const LabelledDigest& file : check.morphologies) {
    morphologies.push_back(Named(file, with_labels));
  }
  auto points = json::array();
  for (const PointsCheck& check_of_points : check.points) {
    points.push_back({{"file", Named(check_of_points.file, with_labels)},
                      {"cells", check_of_points.cells}});
  }
  std::sort(points.begin(), points.end());
  std::sort(cells.begin(), cells.end());
  std::sort(morphologies.begin(), morphologies.end());
  return DigestOf(
      CanonicalJson(json{{"worker", std::string(worker)},
                         {"mechanisms", Named(check.mechanisms, with_labels)},
                         {"templates", Named(check.templates, with_labels)},
                         {"cells", std::move(cells)},
                         {"morphologies", std::move(morphologies)},
                         {"points", std::move(points)}}));
}

}  // namespace miv::server
