// `path=value` changes to a pipeline.

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/pipeline.h"
#include "common/pipeline/pipeline_schema.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

using PathPart = std::variant<std::string, std::size_t>;

absl::Status BadOverride(absl::string_view field, absl::string_view what,
                         absl::string_view remedy = "") {
  return InvalidInput({.reason = "BAD_OVERRIDE",
                       .field = std::string(field),
                       .what = std::string(what),
                       .remedy = std::string(remedy)});
}

// "config.lfp[0].pos" as its parts.
absl::StatusOr<std::vector<PathPart>> SplitPath(absl::string_view path) {
  std::vector<PathPart> parts;
  absl::string_view rest = path;
  while (!rest.empty()) {
    if (absl::ConsumePrefix(&rest, "[")) {
      const auto end = rest.find(']');
      std::size_t index = 0;
      if (end == absl::string_view::npos ||
          !absl::SimpleAtoi(rest.substr(0, end), &index))
        return BadOverride(path, "an index is a number in brackets");
      parts.emplace_back(index);
      rest.remove_prefix(end + 1);
      absl::ConsumePrefix(&rest, ".");
      continue;
    }
    const auto end = std::min(rest.find_first_of(".["), rest.size());
    if (end == 0) return BadOverride(path, "a name in the path is empty");
    parts.emplace_back(std::string(rest.substr(0, end)));
    rest.remove_prefix(end);
    absl::ConsumePrefix(&rest, ".");
  }
  return parts;
}

// Sets root<parts> = value; a null value removes the member.
absl::Status SetAt(json& root, const std::vector<PathPart>& parts,
                   const std::string& field, json value) {
  json* at = &root;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (const auto* index = std::get_if<std::size_t>(&parts[i])) {
      if (!at->is_array() || *index > at->size())
        return BadOverride(field, absl::StrCat("there is no entry ", *index),
                           "Entries that exist can be set, and the next one "
                           "after the last.");
      if (*index == at->size()) at->push_back(nullptr);
      at = &(*at)[*index];
    } else {
      const auto& name = std::get<std::string>(parts[i]);
      if (at->is_null()) *at = json::object();
      if (!at->is_object())
        return BadOverride(field,
                           absl::StrCat("\"", name,
                                        "\" is below a value that has no "
                                        "fields"));
      if (last && value.is_null()) {
        at->erase(name);
        return absl::OkStatus();
      }
      at = &(*at)[name];
    }
  }
  *at = std::move(value);
  return absl::OkStatus();
}

// The step whose name `path` begins with ("run.config.dt"), the longest first;
// path loses the name.
StepSpec* ConsumeStep(PipelineSpec& spec, absl::string_view& path) {
  StepSpec* best = nullptr;
  for (StepSpec& step : spec.steps)
    if (absl::StartsWith(path, absl::StrCat(step.name, ".")) &&
        (best == nullptr || step.name.size() > best->name.size()))
      best = &step;
  if (best != nullptr) path.remove_prefix(best->name.size() + 1);
  return best;
}

absl::Status UnknownStep(const PipelineSpec& spec, const std::string& field,
                         absl::string_view path) {
  std::vector<std::string> names;
  for (const StepSpec& step : spec.steps) names.push_back(step.name);
  const std::string name(path.substr(0, path.find('.')));
  return InvalidInput({.reason = "UNKNOWN_STEP",
                       .field = field,
                       .what = "there is no such step",
                       .found = Show(name),
                       .remedy = SuggestName(name, names)});
}

absl::Status OverrideStep(PipelineSpec& spec, const std::string& field,
                          absl::string_view path, json value) {
  StepSpec* step = ConsumeStep(spec, path);
  if (step == nullptr) return UnknownStep(spec, field, path);
  MIV_ASSIGN_OR_RETURN(const auto parts, SplitPath(path));
  if (parts.empty()) return BadOverride(field, "names a step, not a field");
  json changed = StepToJson(*step);
  MIV_RETURN_IF_ERROR(SetAt(changed, parts, field, std::move(value)));
  MIV_ASSIGN_OR_RETURN(
      *step, StepFromJson(step->name, config::FieldPath("steps", step->name),
                          std::move(changed)));
  return absl::OkStatus();
}

absl::Status OverrideHeader(PipelineSpec& spec, const std::string& field,
                            json value) {
  MIV_ASSIGN_OR_RETURN(const auto parts, SplitPath(field));
  if (parts.empty()) return BadOverride(field, "the path is empty");
  if (parts[0] == PathPart(std::string("steps")))
    return BadOverride(field, "all steps at once cannot be set",
                       "Write --set steps.NAME.config.FIELD=VALUE.");
  json changed = HeaderToJson(spec);
  MIV_RETURN_IF_ERROR(SetAt(changed, parts, field, std::move(value)));
  changed["steps"] = json::object();
  MIV_ASSIGN_OR_RETURN(PipelineSpec header, HeaderFromJson(changed));
  header.steps = std::move(spec.steps);
  spec = std::move(header);
  return absl::OkStatus();
}

// The field stands in the override now; a new one comes after its siblings.
void NoteOverride(const std::string& field, const std::string& name,
                  const config::SourceMap& value, config::SourceMap& sources) {
  const config::SourcePosition position{name, 0};
  sources.Graft(field, value, &position);
  const auto dot = field.rfind('.');
  if (dot == std::string::npos) return;
  const std::string parent = field.substr(0, dot), key = field.substr(dot + 1);
  const auto& siblings = sources.KeysOf(parent);
  if (std::find(siblings.begin(), siblings.end(), key) == siblings.end())
    sources.AddKey(parent, key);
}

}  // namespace

absl::Status ApplyOverride(PipelineSpec& spec, absl::string_view override_text,
                           config::SourceMap* sources) {
  const std::string name = absl::StrCat("--set ", override_text);
  const auto equals = override_text.find('=');
  if (equals == absl::string_view::npos)
    return BadOverride("", absl::StrCat(name, ": there is no \"=\""),
                       "Write --set steps.NAME.config.FIELD=VALUE.");
  const std::string field(override_text.substr(0, equals));
  auto value = config::ParseYaml(override_text.substr(equals + 1), name, "");
  if (!value.ok()) return value.status();
  absl::string_view path = field;
  const absl::Status status =
      absl::ConsumePrefix(&path, "steps.")
          ? OverrideStep(spec, field, path, std::move(value->value))
          : OverrideHeader(spec, field, std::move(value->value));
  if (!status.ok()) return WithContext(status, {.file = name});
  if (sources != nullptr) NoteOverride(field, name, value->sources, *sources);
  return absl::OkStatus();
}

}  // namespace miv::pipeline
