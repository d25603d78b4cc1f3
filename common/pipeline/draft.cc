#include "common/pipeline/draft.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/pipeline_schema.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr std::size_t kMaxSteps = 1000;
constexpr std::size_t kMaxUses = 20000;  // of all steps
constexpr std::size_t kMaxNameLength = 100;

bool IsStepName(const std::string& name) {
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
  };
  return !name.empty() && name.size() <= kMaxNameLength &&
         absl::ascii_isalnum(name[0]) &&
         std::all_of(name.begin(), name.end(), allowed);
}

bool IsPipelineName(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameLength &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_iscntrl(c) || c == '/';
         });
}

absl::Status CheckHeader(const PipelineSpec& spec) {
  if (spec.api != kApi)
    return InvalidInput({.reason = "UNSUPPORTED_API",
                         .field = "api",
                         .what = "unknown version of the pipeline vocabulary",
                         .expected = kApi,
                         .found = Show(spec.api)});
  if (!IsPipelineName(spec.name))
    return InvalidInput({.reason = "BAD_NAME",
                         .field = "name",
                         .what = "not a name of a pipeline",
                         .expected = "1 to 100 printable characters without /",
                         .found = Show(spec.name)});
  if (spec.steps.empty() || spec.steps.size() > kMaxSteps)
    return InvalidInput({.reason = "OUT_OF_RANGE",
                         .field = "steps",
                         .what = "the number of steps is out of range",
                         .expected = absl::StrCat("1 to ", kMaxSteps),
                         .found = absl::StrCat(spec.steps.size())});
  std::size_t uses = 0;
  for (const StepSpec& step : spec.steps) uses += step.uses.size();
  if (uses <= kMaxUses) return absl::OkStatus();
  return InvalidInput({.reason = "OUT_OF_RANGE",
                       .field = "steps",
                       .what = "the steps have too many uses",
                       .expected = absl::StrCat("at most ", kMaxUses),
                       .found = absl::StrCat(uses)});
}

absl::Status CheckStepHead(const StepSpec& step, std::set<std::string>& names) {
  const std::string path = FieldPath("steps", step.name);
  if (!IsStepName(step.name))
    return InvalidInput(
        {.reason = "BAD_NAME",
         .field = path,
         .what = "not a name of a step",
         .expected = "at most 100 letters, digits, \"_\", \".\" or \"-\", a "
                     "letter or digit first",
         .found = Show(step.name)});
  if (!names.insert(step.name).second)
    return InvalidInput({.reason = "DUPLICATE_STEP",
                         .field = path,
                         .what = "two steps have the same name",
                         .remedy = "Rename one of them."});
  if (step.ranks < 0 || step.ranks > kMaxRanks)
    return InvalidInput(
        {.reason = "OUT_OF_RANGE",
         .field = FieldPath(path, "ranks"),
         .what = "the value is out of range",
         .expected = absl::StrCat("an integer from 1 to ", kMaxRanks),
         .found = absl::StrCat(step.ranks)});
  return absl::OkStatus();
}

// ranks, nodes and seed may stand in the config, as older configs have it.
absl::Status TakeStepOptions(const StepSpec& spec, ResolvedStep& step) {
  const auto take = [&step](const char* name, std::int64_t fallback) {
    const std::int64_t value = step.config.value(name, fallback);
    step.config.erase(name);
    return value;
  };
  const bool has_seed = step.config.contains("seed");
  const std::int64_t seed = take("seed", 0);
  if (has_seed && spec.seed && *spec.seed != seed)
    return ConfigError(step, "seed",
                       {.reason = "DUPLICATE_FIELD",
                        .what = "the step has another seed",
                        .expected = absl::StrCat(*spec.seed),
                        .found = absl::StrCat(seed),
                        .remedy = "Give the seed once."});
  if (has_seed) step.seed = seed;
  const std::int64_t ranks = take("ranks", -1);
  step.config.erase("nodes");
  if (ranks == 0 || ranks < -1 || ranks > kMaxRanks)
    return ConfigError(
        step, "ranks",
        {.reason = "OUT_OF_RANGE",
         .what = "the value is out of range",
         .expected = absl::StrCat("an integer from 1 to ", kMaxRanks),
         .found = absl::StrCat(ranks)});
  if (step.ranks == 0 && ranks > 0) step.ranks = static_cast<int>(ranks);
  return absl::OkStatus();
}

absl::Status AddStep(const StepSpec& spec, Draft& draft) {
  const std::string path = FieldPath("steps", spec.name);
  auto kind = FindKind(spec.kind);
  if (!kind.ok())
    return WithContext(kind.status(), {.field = FieldPath(path, "kind")});
  ResolvedStep step{.name = spec.name,
                    .kind = (*kind)->name,
                    .config = spec.config,
                    .seed = spec.seed.value_or(draft.spec->seed),
                    .ranks = spec.ranks,
                    .outputs = (*kind)->outputs};
  if (step.config.is_null()) step.config = json::object();
  std::vector<std::string> unused;
  MIV_RETURN_IF_ERROR(ApplySchema((*kind)->config, FieldPath(path, "config"),
                                  step.config, &unused));
  MIV_RETURN_IF_ERROR(TakeStepOptions(spec, step));
  if ((*kind)->config.FindField("stands_for") != nullptr)
    MIV_RETURN_IF_ERROR(NormaliseStandIn(step));
  for (const std::string& field : unused)
    draft.out.warnings.push_back(
        {step.name, field, "The field has no effect here; remove it."});
  for (const Field& field : (*kind)->config.fields)
    if (field.use == FieldUse::kUnused) step.config.erase(field.name);
  draft.kinds.push_back(*kind);
  draft.out.steps.push_back(std::move(step));
  return absl::OkStatus();
}

using Indices = std::map<std::string, std::size_t, std::less<>>;

absl::Status Use(const Indices& indices, const std::string& name,
                 const std::string& field, std::vector<std::size_t>& uses) {
  const auto it = indices.find(name);
  if (it == indices.end()) {
    std::vector<std::string> names;
    for (const auto& [known, index] : indices) names.push_back(known);
    return InvalidInput({.reason = "UNKNOWN_STEP",
                         .field = field,
                         .what = "there is no such step",
                         .found = Show(name),
                         .remedy = SuggestName(name, names)});
  }
  if (std::find(uses.begin(), uses.end(), it->second) == uses.end())
    uses.push_back(it->second);
  return absl::OkStatus();
}

// The files of an entry of a list, by field: `file`, and those of `files`.
std::vector<std::pair<std::string, std::string>> FilesOf(const json& entry) {
  std::vector<std::pair<std::string, std::string>> files;
  if (entry.contains("file")) files.emplace_back("file", entry["file"]);
  const json more = entry.value("files", json::array());
  for (std::size_t i = 0; i < more.size(); ++i)
    files.emplace_back(absl::StrCat("files[", i, "]"), more[i]);
  return files;
}

// `uses`, and the steps that the config refers to.
absl::StatusOr<std::vector<std::size_t>> UsesOf(const Draft& draft,
                                                std::size_t index,
                                                const Indices& indices) {
  std::vector<std::size_t> uses;
  const StepSpec& spec = draft.spec->steps[index];
  const std::string path = FieldPath(FieldPath("steps", spec.name), "uses");
  for (std::size_t i = 0; i < spec.uses.size(); ++i)
    MIV_RETURN_IF_ERROR(Use(indices, spec.uses[i], FieldPath(path, i), uses));
  const ResolvedStep& step = draft.step(index);
  std::string name, output;
  for (const InputRole& role : draft.kinds[index]->inputs) {
    if (!step.config.contains(role.field) ||
        !step.config[role.field].is_string())
      continue;
    const auto text = step.config[role.field].get<std::string>();
    if (ParseReference(text, name, output))
      MIV_RETURN_IF_ERROR(
          Use(indices, name, ConfigField(step, role.field), uses));
  }
  for (const std::string map : {"inputs", "points"}) {
    const json named = step.config.value(map, json::object());
    if (!named.is_object()) continue;
    for (const auto& [key, text] : named.items())
      if (text.is_string() &&
          ParseReference(text.get<std::string>(), name, output))
        MIV_RETURN_IF_ERROR(
            Use(indices, name, ConfigField(step, FieldPath(map, key)), uses));
  }
  for (const std::string list : {"stimulus", "morphology", "hooks"}) {
    const json entries = step.config.value(list, json());
    for (std::size_t i = 0; entries.is_array() && i < entries.size(); ++i)
      for (const auto& [field, text] : FilesOf(entries[i]))
        if (ParseReference(text, name, output))
          MIV_RETURN_IF_ERROR(
              Use(indices, name,
                  ConfigField(step, absl::StrCat(list, "[", i, "].", field)),
                  uses));
  }
  return uses;
}

absl::Status ConnectSteps(Draft& draft) {
  Indices indices;
  std::vector<std::string> names;
  for (const ResolvedStep& step : draft.out.steps) {
    indices[step.name] = names.size();
    names.push_back(step.name);
  }
  std::vector<std::vector<std::size_t>> uses;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto of_step = UsesOf(draft, i, indices);
    if (!of_step.ok()) return WithContext(of_step.status(), {.step = names[i]});
    for (const std::size_t used : *of_step)
      draft.step(i).uses.push_back(names[used]);
    uses.push_back(*std::move(of_step));
  }
  MIV_ASSIGN_OR_RETURN(draft.graph, StepGraph::Create(names, std::move(uses)));
  draft.out.order = draft.graph.order();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Draft> StartDraft(const PipelineSpec& spec) {
  MIV_RETURN_IF_ERROR(CheckHeader(spec));
  Draft draft;
  draft.spec = &spec;
  draft.out.name = spec.name;
  std::set<std::string> names;
  for (const StepSpec& step : spec.steps) {
    absl::Status status = CheckStepHead(step, names);
    if (status.ok()) status = AddStep(step, draft);
    if (!status.ok()) return WithContext(status, {.step = step.name});
  }
  MIV_RETURN_IF_ERROR(ConnectSteps(draft));
  return draft;
}

bool ParseReference(absl::string_view text, std::string& step,
                    std::string& output) {
  if (!absl::ConsumePrefix(&text, "step:")) return false;
  const auto slash = std::min(text.find('/'), text.size());
  step = std::string(text.substr(0, slash));
  output = std::string(absl::StripPrefix(text.substr(slash), "/"));
  return true;
}

}  // namespace miv::pipeline
