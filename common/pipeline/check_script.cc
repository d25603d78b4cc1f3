// What a script declares: its files, its command line, its environment.

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/canonical_json.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/config/source_map.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/provider.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr std::size_t kMaxNameLength = 100;

bool IsVariable(const std::string& name) {
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(c) || c == '_';
  };
  return !name.empty() && name.size() <= kMaxNameLength &&
         !absl::ascii_isdigit(name[0]) &&
         std::all_of(name.begin(), name.end(), allowed);
}

bool IsFileName(const std::string& name) {
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
  };
  return name.size() <= kMaxNameLength && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), allowed);
}

absl::Status BadName(const ResolvedStep& step, const std::string& field,
                     std::string what, std::string expected,
                     const std::string& found) {
  return ConfigError(step, field,
                     {.reason = "BAD_NAME",
                      .what = std::move(what),
                      .expected = std::move(expected),
                      .found = Show(found)});
}

// Names become variables, MIV_INPUT_NAME, in capitals.
absl::StatusOr<std::set<std::string>> CheckInputNames(
    const ResolvedStep& step) {
  std::set<std::string> names, variables;
  for (const Input& input : step.inputs) {
    absl::string_view role = input.role;
    if (!absl::ConsumePrefix(&role, kNamedInput)) continue;
    const std::string name(role);
    const std::string field = FieldPath("inputs", name);
    if (!IsVariable(name))
      return BadName(step, field, "not a name of an input",
                     "letters, digits or \"_\", no digit first", name);
    if (!variables.insert(absl::AsciiStrToUpper(name)).second)
      return BadName(step, field, "two inputs have the same variable",
                     "names that differ in more than capitals", name);
    names.insert(name);
  }
  return names;
}

absl::Status CheckOutputNames(const ResolvedStep& step) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    const std::string& name = step.outputs[i];
    const std::string field = FieldPath("outputs", i);
    if (!IsFileName(name))
      return BadName(step, field, "not a name of an output",
                     "a file name of letters, digits, \"_\", \".\" or \"-\", a "
                     "letter or digit first",
                     name);
    if (!names.insert(name).second)
      return BadName(step, field, "the output is declared twice",
                     "different names", name);
  }
  return absl::OkStatus();
}

// What "{...}" may say in an argument.
std::vector<std::string> Placeholders(const ResolvedStep& step,
                                      const std::set<std::string>& inputs) {
  std::vector<std::string> known = {"output", "seed"};
  for (const std::string& name : step.outputs)
    known.push_back(absl::StrCat("output:", name));
  for (const std::string& name : inputs)
    known.push_back(absl::StrCat("input:", name));
  return known;
}

absl::Status CheckArgument(const ResolvedStep& step, const std::string& field,
                           const std::string& text,
                           const std::vector<std::string>& known) {
  for (std::size_t at = text.find('{'); at != std::string::npos;
       at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) break;
    const std::string key = text.substr(at + 1, end - at - 1);
    const bool ours =
        absl::StartsWith(key, "input:") || absl::StartsWith(key, "output:");
    if (!ours || std::find(known.begin(), known.end(), key) != known.end())
      continue;
    return ConfigError(
        step, field,
        {.reason = "UNKNOWN_NAME",
         .what = "the argument names a file that the step does not declare",
         .expected =
             absl::StrCat("one of {", absl::StrJoin(known, "}, {"), "}"),
         .found = Show("{" + key + "}"),
         .remedy = NearestName(key, known).empty()
                       ? "Add it to inputs or outputs."
                       : SuggestName(key, known)});
  }
  return absl::OkStatus();
}

// Numbers as the text that the program sees.
void WriteOut(json& word) {
  if (word.is_number()) word = CanonicalJson(word);
}

absl::Status CheckText(const ResolvedStep& step, const std::string& field,
                       const json& word) {
  const std::string text = word;
  if (text.find('\0') == std::string::npos) return absl::OkStatus();
  return ConfigError(step, field,
                     {.reason = "OUT_OF_RANGE",
                      .what = "the text holds a character that no program can "
                              "be given",
                      .expected = "text without NUL"});
}

absl::Status CheckArguments(ResolvedStep& step,
                            const std::set<std::string>& inputs) {
  const auto known = Placeholders(step, inputs);
  json& args = step.config["args"];
  for (std::size_t i = 0; i < args.size(); ++i) {
    WriteOut(args[i]);
    const std::string field = FieldPath("args", i);
    MIV_RETURN_IF_ERROR(CheckText(step, field, args[i]));
    MIV_RETURN_IF_ERROR(CheckArgument(step, field, args[i], known));
  }
  return absl::OkStatus();
}

absl::Status CheckEnvironment(ResolvedStep& step) {
  static const std::set<std::string> kReserved = {"HOME", "PATH", "TMPDIR"};
  for (auto& [name, value] : step.config["environment"].items()) {
    const std::string field = FieldPath("environment", name);
    if (!IsVariable(name))
      return BadName(step, field, "not a name of a variable",
                     "letters, digits or \"_\", no digit first", name);
    if (kReserved.contains(name) || absl::StartsWith(name, "MIV_"))
      return ConfigError(step, field,
                         {.reason = "RESERVED_NAME",
                          .what = "the server sets this variable",
                          .expected = "another name than PATH, HOME, TMPDIR "
                                      "and MIV_*",
                          .found = Show(name)});
    WriteOut(value);
    MIV_RETURN_IF_ERROR(CheckText(step, field, value));
  }
  return absl::OkStatus();
}

absl::Status CheckInterpreter(const ResolvedStep& step) {
  const std::string text = step.config.value("interpreter", "");
  const bool odd = std::any_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isspace(c) || absl::ascii_iscntrl(c);
  });
  const bool relative = absl::StrContains(text, "/") && text[0] != '/';
  if (!odd && !relative) return absl::OkStatus();
  return ConfigError(step, "interpreter",
                     {.reason = "BAD_NAME",
                      .what = "not an interpreter",
                      .expected = "the name of an installed program, or its "
                                  "absolute path",
                      .found = Show(text),
                      .remedy = "Options go into the program's #! line."});
}

// A file of a population that stands for nobody's in particular would be taken
// for every population's.
absl::Status CheckStandsForOne(const ResolvedStep& step) {
  const std::string stands_for = step.config.value("stands_for", "");
  const auto kind = FindKind(stands_for);
  const bool of_one = kind.ok() && (*kind)->name == stands_for &&
                      (*kind)->config.FindField("population") != nullptr;
  if (!of_one || !step.population().empty()) return absl::OkStatus();
  return ConfigError(
      step, "population",
      {.reason = "MISSING_FIELD",
       .what = absl::StrCat("the field is required: ", stands_for,
                            " is about one population"),
       .expected = "a population",
       .remedy = "Say whose file the program writes."});
}

}  // namespace

absl::Status NameScriptOutputs(ResolvedStep& step) {
  const std::string stands_for = step.config.value("stands_for", "");
  const json declared = step.config.value("outputs", json::array());
  if (stands_for.empty() && declared.empty())
    return ConfigError(step, "outputs",
                       {.reason = "MISSING_FIELD",
                        .what = "the program declares no output",
                        .expected = "a list of file names",
                        .remedy = "Give outputs, or say what the program's "
                                  "file stands_for."});
  if (!stands_for.empty()) {
    const std::string file = StandInFile(stands_for);
    if (!declared.empty() && declared != json::array({file}))
      return ConfigError(
          step, "outputs",
          {.reason = "WRONG_OUTPUT",
           .what = absl::StrCat("the program stands for ", stands_for,
                                ", which writes one file"),
           .expected = Show(json::array({file})),
           .found = Show(declared),
           .remedy = "Remove outputs, or stands_for."});
    step.outputs = {file};
  } else {
    step.outputs = declared.get<std::vector<std::string>>();
  }
  step.config["outputs"] = step.outputs;
  return absl::OkStatus();
}

absl::Status CheckScript(Draft& draft, std::size_t index) {
  ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(CheckOutputNames(step));
  MIV_ASSIGN_OR_RETURN(const auto inputs, CheckInputNames(step));
  MIV_RETURN_IF_ERROR(CheckArguments(step, inputs));
  MIV_RETURN_IF_ERROR(CheckEnvironment(step));
  MIV_RETURN_IF_ERROR(CheckInterpreter(step));
  MIV_RETURN_IF_ERROR(CheckStandsForOne(step));
  step.ranks = 1;  // a program is one process
  return absl::OkStatus();
}

}  // namespace miv::pipeline
