// Where the inputs of a step come from.

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/pipeline/bind_graph.h"
#include "common/pipeline/draft.h"
#include "common/pipeline/gap_junction_pairs.h"
#include "common/pipeline/provider.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// What a role is called in messages: "the forest of PYR".
std::string RoleText(const ResolvedStep& step, const InputRole& role) {
  if (role.scope == RoleScope::kOwnPopulation)
    return absl::StrCat(role.role, " of ", step.population());
  return role.role;
}

absl::StatusOr<Input> FromReference(const Draft& draft,
                                    const ResolvedStep& step,
                                    const InputRole& role,
                                    const std::string& name,
                                    std::string output) {
  const ResolvedStep& producer = *draft.out.FindStep(name);
  const auto provided = ProvidedBy(producer, role, step.population());
  if (output.empty() && provided) output = *provided;
  const bool exists =
      std::find(producer.outputs.begin(), producer.outputs.end(), output) !=
      producer.outputs.end();
  const bool untyped =
      producer.kind == "import" && !producer.config.contains("stands_for");
  if (exists && (untyped || provided == output || role.from_kinds.empty()))
    return Input{.role = role.role, .step = name, .output = output};
  return ConfigError(
      step, role.field,
      {.reason = "WRONG_INPUT",
       .what = absl::StrCat("the step does not provide ", RoleText(step, role)),
       .expected =
           role.from_kinds.empty()
               ? absl::StrCat("one of ", absl::StrJoin(producer.outputs, ", "))
               : absl::StrCat("a step of kind ",
                              absl::StrJoin(role.from_kinds, " or ")),
       .found =
           absl::StrCat(name, ", of kind ", producer.kind,
                        output.empty() ? "" : absl::StrCat(", ", output)),
       .remedy = exists ? "" : role.remedy});
}

absl::Status MissingInput(const ResolvedStep& step, const InputRole& role) {
  std::string remedy;
  if (role.directory)
    remedy = absl::StrCat("Set files.", role.role, ", or ", role.field,
                          " in the step's config.");
  else if (role.from_kinds.empty())
    remedy = absl::StrCat("Give ", role.field,
                          " in the step's config, or files.", role.role, ".");
  else
    remedy = absl::StrCat("Add a step of kind ", role.from_kinds[0],
                          role.scope == RoleScope::kOwnPopulation
                              ? absl::StrCat(" for ", step.population())
                              : "",
                          " to `uses`, or an import that stands for it.");
  return InvalidInput(
      {.reason = "MISSING_INPUT",
       .step = step.name,
       .field = absl::StrCat("steps.", step.name,
                             role.from_kinds.empty() ? ".config" : ".uses"),
       .what = absl::StrCat("nothing that the step uses provides its input \"",
                            RoleText(step, role), "\""),
       .remedy = remedy});
}

class Binder {
 public:
  Binder(Draft& draft, std::size_t index)
      : draft_(draft), index_(index), step_(draft.step(index)) {}

  absl::Status Bind() {
    for (const InputRole& role : draft_.kinds[index_]->inputs) {
      if (role.scope == RoleScope::kPerPopulation) continue;
      MIV_RETURN_IF_ERROR(BindRole(role));
    }
    BindUntypedImports();
    if (!missing_.empty()) return MissingInput(step_, *missing_.front());
    if (step_.kind == "neuroh5_graph")
      MIV_RETURN_IF_ERROR(BindPopulations(draft_, index_));
    if (step_.kind == "gap_junctions")
      MIV_RETURN_IF_ERROR(BindCoupledForests(draft_, index_));
    for (const char* list : {"stimulus", "morphology", "hooks"})
      MIV_RETURN_IF_ERROR(BindListed(list));
    MIV_RETURN_IF_ERROR(BindHookFiles());
    MIV_RETURN_IF_ERROR(BindNamedInputs());
    MIV_RETURN_IF_ERROR(BindPoints());
    std::sort(step_.inputs.begin(), step_.inputs.end(),
              [](const Input& a, const Input& b) { return a.role < b.role; });
    return absl::OkStatus();
  }

 private:
  absl::Status BindRole(const InputRole& role) {
    if (step_.config.contains(role.field)) {
      // A list of files is bound entry by entry.
      return step_.config[role.field].is_string() ? BindField(role)
                                                  : absl::OkStatus();
    }
    if (role.named_only) return absl::OkStatus();
    if (role.directory) {
      const std::string& path = role.role == "templates"
                                    ? draft_.spec->templates_path
                                    : draft_.spec->mechanisms_path;
      if (!path.empty())
        step_.inputs.push_back({.role = role.role,
                                .path = path,
                                .field = "files." + role.role,
                                .directory = true});
      else if (role.required)
        missing_.push_back(&role);
      return absl::OkStatus();
    }
    MIV_ASSIGN_OR_RETURN(
        std::optional<Input> input,
        NearestProvider(draft_, index_, role, step_.population()));
    if (!input && role.role == "morphology") input = DefaultMorphology();
    if (input)
      step_.inputs.push_back(*std::move(input));
    else if (role.required)
      missing_.push_back(&role);
    return absl::OkStatus();
  }

  // files.morphology/POPULATION.swc
  std::optional<Input> DefaultMorphology() const {
    const std::string& directory = draft_.spec->morphology_path;
    if (directory.empty()) return std::nullopt;
    return Input{
        .role = "morphology",
        .path = JoinPath(directory, absl::StrCat(step_.population(), ".swc")),
        .field = "files.morphology"};
  }

  absl::Status BindField(const InputRole& role) {
    const std::string text = step_.config[role.field];
    step_.config.erase(role.field);
    return BindText(role, text);
  }

  // Imports in `uses` that do not say what they stand for take the roles that
  // are left: by file name, or the only one by exclusion.
  void BindUntypedImports() {
    std::vector<const ResolvedStep*> imports;
    for (const std::size_t used : draft_.graph.uses(index_))
      if (draft_.step(used).kind == "import" &&
          !draft_.step(used).config.contains("stands_for"))
        imports.push_back(&draft_.step(used));
    const auto bind = [&](const InputRole* role, const ResolvedStep* import) {
      step_.inputs.push_back({.role = role->role,
                              .step = import->name,
                              .output = import->outputs[0]});
      std::erase(missing_, role);
      std::erase(imports, import);
    };
    for (const InputRole* role : std::vector(missing_))
      for (const ResolvedStep* import : std::vector(imports))
        if (!role->output.empty() && import->outputs[0] == role->output) {
          bind(role, import);
          break;
        }
    if (missing_.size() == 1 && imports.size() == 1 && !missing_[0]->directory)
      bind(missing_[0], imports[0]);
  }

  // The path of a file, or a reference to a step's output.
  absl::Status BindText(const InputRole& role, const std::string& text) {
    std::string name, output;
    if (!ParseReference(text, name, output)) {
      step_.inputs.push_back({.role = role.role,
                              .path = text,
                              .field = ConfigField(step_, role.field),
                              .directory = role.directory});
      return absl::OkStatus();
    }
    const auto& outputs = draft_.out.FindStep(name)->outputs;
    if (output.empty() && role.from_kinds.empty() && outputs.size() == 1)
      output = outputs[0];
    MIV_ASSIGN_OR_RETURN(Input input,
                         FromReference(draft_, step_, role, name, output));
    step_.inputs.push_back(std::move(input));
    return absl::OkStatus();
  }

  // The files that a program asks for by names of its own.
  absl::Status BindNamedInputs() {
    if (step_.kind != "script") return absl::OkStatus();
    const json inputs = step_.config["inputs"];
    step_.config.erase("inputs");
    for (const auto& [name, text] : inputs.items())
      MIV_RETURN_IF_ERROR(BindText({.role = absl::StrCat(kNamedInput, name),
                                    .field = config::FieldPath("inputs", name)},
                                   text));
    return absl::OkStatus();
  }

  // The files of points, each an input "points:INDEX", by name.
  absl::Status BindPoints() {
    if (!step_.config.contains("points")) return absl::OkStatus();
    std::size_t index = 0;
    for (auto& [name, points] : step_.config["points"].items()) {
      const InputRole role{.role = absl::StrCat("points:", index++),
                           .field = config::FieldPath("points", name)};
      if (!points.is_string()) continue;
      const std::string text = points;
      points = role.role;
      MIV_RETURN_IF_ERROR(BindText(role, text));
    }
    return absl::OkStatus();
  }

  // The files that the entries of a list name, each an input "LIST:INDEX".
  absl::Status BindListed(const std::string& list) {
    const json entries = step_.config.value(list, json());
    for (std::size_t i = 0; entries.is_array() && i < entries.size(); ++i) {
      if (!entries[i].contains("file")) continue;
      const InputRole role{.role = absl::StrCat(list, ":", i),
                           .field = absl::StrCat(list, "[", i, "].file")};
      const std::string text = entries[i]["file"];
      step_.config[list][i]["file"] = role.role;
      std::string name, output;
      if (!ParseReference(text, name, output)) {
        step_.inputs.push_back({.role = role.role,
                                .path = text,
                                .field = ConfigField(step_, role.field)});
        continue;
      }
      if (output.empty()) output = draft_.out.FindStep(name)->outputs[0];
      MIV_ASSIGN_OR_RETURN(Input input,
                           FromReference(draft_, step_, role, name, output));
      step_.inputs.push_back(std::move(input));
    }
    return absl::OkStatus();
  }

  // The files that hooks declare, each an input "hooks:INDEX:files:INDEX".  A
  // hook opens them by name, so that the config keeps their names.
  absl::Status BindHookFiles() {
    const json hooks = step_.config.value("hooks", json::array());
    for (std::size_t i = 0; i < hooks.size(); ++i) {
      const json files = hooks[i].value("files", json::array());
      for (std::size_t j = 0; j < files.size(); ++j) {
        MIV_RETURN_IF_ERROR(BindText(
            {.role = absl::StrCat("hooks:", i, ":files:", j),
             .field = absl::StrCat("hooks[", i, "].files[", j, "]")},
            files[j]));
        const Input& bound = step_.inputs.back();
        step_.config["hooks"][i]["files"][j] =
            std::filesystem::path(bound.step.empty() ? bound.path
                                                     : bound.output)
                .filename()
                .string();
      }
    }
    return absl::OkStatus();
  }

  Draft& draft_;
  std::size_t index_;
  ResolvedStep& step_;
  std::vector<const InputRole*> missing_;
};

// What an import calls its output: as the kind does that it stands for, else as
// the file is called.
std::string ImportedName(const ResolvedStep& step) {
  const std::string stands_for = step.config.value("stands_for", "");
  const auto kind = FindKind(stands_for);
  if (kind.ok() && (*kind)->name == stands_for) return StandInFile(stands_for);
  return std::filesystem::path(step.config.value("file", ""))
      .filename()
      .string();
}

}  // namespace

absl::Status BindInputs(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  if (step.kind == "import") step.outputs = {ImportedName(step)};
  if (step.kind == "script") MIV_RETURN_IF_ERROR(NameScriptOutputs(step));
  return Binder(draft, index).Bind();
}

}  // namespace miv::pipeline
