#include "server/jobs/model_checks.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/canonical_json.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

using nlohmann::json;
using pipeline::ResolvedStep;

// A cell has no more; a check may say anything.
constexpr double kMostSegments = 1e6;

LabelledDigest FileOf(const JobPlan& plan, const ResolvedStep& step,
                      absl::string_view role) {
  const pipeline::Input* input = step.FindInput(role);
  if (input == nullptr || !input->step.empty()) return {};
  return {FileDigestOf(plan, step, role), input->path};
}

// The SWC files of a forest in the order of its config; empty digests for
// those that come from other steps.
std::vector<LabelledDigest> MorphologiesOf(const JobPlan& plan,
                                           const ResolvedStep& forest) {
  const auto entries = forest.config.find("morphology");
  if (entries == forest.config.end()) {
    return {FileOf(plan, forest, "morphology")};
  }
  std::vector<LabelledDigest> files;
  for (const json& entry : *entries) {
    files.push_back(FileOf(plan, forest, entry["file"].get<std::string>()));
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

// What gives the points of a forest their layers, if not column 8.
json LayeringOf(const ResolvedStep& forest) {
  json layering = json::object();
  if (forest.config.value("layer_from", "column") != "depth") return layering;
  for (const char* field : {"layer_from", "depth_axis", "soma_layer",
                            "layer_extents", "layer_definitions"}) {
    layering[field] = forest.config[field];
  }
  return layering;
}

// The forest that the step reads, else the first of the population; nullptr if
// the cells come from elsewhere (an imported forest, or none at all).
const ResolvedStep* ForestOf(const JobPlan& plan, const ResolvedStep& step,
                             const std::string& population) {
  if (const pipeline::Input* input = step.FindInput("forest");
      input != nullptr) {
    const ResolvedStep* forest = plan.pipeline.FindStep(input->step);
    const bool known =
        forest != nullptr && forest->kind == "generate_synapse_forest";
    return known ? forest : nullptr;
  }
  for (const ResolvedStep& other : plan.pipeline.steps) {
    if (other.kind == "generate_synapse_forest" &&
        other.population() == population) {
      return &other;
    }
  }
  return nullptr;
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
    const ResolvedStep* forest = ForestOf(plan, step, population);
    if (forest == nullptr) continue;
    for (const LabelledDigest& file : MorphologiesOf(plan, *forest)) {
      if (file.digest.empty()) continue;
      cells.push_back({population, *name, file, LayeringOf(*forest)});
    }
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

// One of the trees of a population.
struct KnownTree {
  std::string file;  // what messages call it
  const CellFacts* facts;
  double share;  // of the population's cells
};

// The trees of a distribute_synapses step; none if one of them is not known, or
// for another kind of step.
std::vector<KnownTree> KnownTrees(const JobPlan& plan, const ResolvedStep& step,
                                  const FactsById& facts) {
  if (step.kind != "distribute_synapses") return {};
  const ResolvedStep* forest = ForestOf(plan, step, step.population());
  if (forest == nullptr) return {};
  const ModelCheck check = {FileOf(plan, step, "mechanisms"),
                            FileOf(plan, step, "templates"),
                            {},
                            {}};
  const auto shares = pipeline::MorphologyShares(plan.pipeline, *forest);
  std::vector<KnownTree> known;
  for (const CellCheck& cell : CellsOf(plan, step)) {
    const auto found = facts.find(CellId(check, cell));
    if (found == facts.end() || known.size() == shares.size()) return {};
    known.push_back(
        {cell.morphology.label, &found->second, shares[known.size()]});
  }
  if (known.size() != shares.size()) return {};
  return known;
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
    for (PointsCheck& points : PointsOf(plan, step)) {
      if (checks.empty()) checks.emplace_back();
      AddOnce(checks.front().points, std::move(points));
    }
    if (step.kind != "generate_synapse_forest") continue;
    for (LabelledDigest& morphology : MorphologiesOf(plan, step)) {
      if (morphology.digest.empty()) continue;
      if (checks.empty()) checks.emplace_back();
      AddOnce(checks.front().morphologies, std::move(morphology));
    }
  }
  return checks;
}

std::string CellId(const ModelCheck& check, const CellCheck& cell) {
  return DigestOf(CanonicalJson(json{{"mechanisms", check.mechanisms.digest},
                                     {"templates", check.templates.digest},
                                     {"template", cell.template_name},
                                     {"morphology", cell.morphology.digest},
                                     {"layering", cell.layering},
                                     {"population", cell.population}}));
}

absl::StatusOr<FactsById> FactsOfCells(const json& cells) {
  FactsById by_id;
  for (const json& cell : cells) {
    if (!cell.is_object() || !cell.contains("lengths")) continue;
    const auto id = cell.find("id");
    if (id == cell.end() || !id->is_string()) continue;
    CellFacts facts;
    MIV_ASSIGN_OR_RETURN(facts.lengths,
                         pipeline::TreeLengthsFromJson(cell["lengths"]));
    const auto segments = cell.find("segments");
    if (segments != cell.end() && segments->is_number()) {
      facts.segments = std::clamp(segments->get<double>(), 0.0, kMostSegments);
    }
    by_id[id->get<std::string>()] = std::move(facts);
  }
  return by_id;
}

json ToJson(const FactsById& facts) {
  json cells = json::array();
  for (const auto& [id, one] : facts) {
    cells.push_back({{"id", id},
                     {"lengths", pipeline::ToJson(one.lengths)},
                     {"segments", one.segments}});
  }
  return cells;
}

pipeline::TreesByStep TreesOf(const JobPlan& plan, const FactsById& facts) {
  pipeline::TreesByStep trees;
  for (const ResolvedStep& step : plan.pipeline.steps) {
    for (const KnownTree& tree : KnownTrees(plan, step, facts)) {
      trees[step.name].push_back({tree.file, tree.facts->lengths, tree.share});
    }
  }
  return trees;
}

CellShapes ShapesOf(const JobPlan& plan, const FactsById& facts) {
  CellShapes shapes;
  for (const ResolvedStep& step : plan.pipeline.steps) {
    const std::vector<KnownTree> trees = KnownTrees(plan, step, facts);
    if (trees.empty()) continue;
    CellShape mean;
    for (const KnownTree& tree : trees) {
      mean.segments += tree.share * tree.facts->segments;
      for (const auto& [section, by_layer] : tree.facts->lengths) {
        for (const auto& [layer, um] : by_layer) {
          mean.lengths[section][layer] += tree.share * um;
        }
      }
    }
    shapes[step.population()] = std::move(mean);
  }
  return shapes;
}

std::string CheckKey(const ModelCheck& check, absl::string_view worker,
                     bool with_labels) {
  auto cells = json::array();
  for (const CellCheck& cell : check.cells) {
    cells.push_back({{"population", cell.population},
                     {"template", cell.template_name},
                     {"layering", cell.layering},
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
