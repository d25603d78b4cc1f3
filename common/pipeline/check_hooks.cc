// Checks of a simulation's hooks.

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

absl::Status CheckLanguage(const ResolvedStep& step, const std::string& field,
                           const json& hook, const std::string& name) {
  if (absl::EndsWith(name, ".hoc")) return absl::OkStatus();
  if (!absl::EndsWith(name, ".py"))
    return ConfigError(step, FieldPath(field, "file"),
                       {.reason = "HOOK",
                        .what = "the language of the hook is unknown",
                        .expected = "a file NAME.hoc or NAME.py",
                        .found = name});
  if (step.config["python"] != true)
    return ConfigError(step, FieldPath(field, "file"),
                       {.reason = "HOOK",
                        .what = "the hook needs Python, which is off",
                        .found = name,
                        .remedy = "Add python: true to the simulation."});
  if (hook.contains("at"))
    return ConfigError(
        step, FieldPath(field, "at"),
        {.reason = "CONFLICT",
         .what = "the functions of a Python hook say when they run",
         .remedy = "Remove the field; call the function after_cells, "
                   "before_run or after_run."});
  return absl::OkStatus();
}

// A hook finds its files by name in one directory.
absl::Status CheckNames(const ResolvedStep& step, const std::string& field,
                        const json& hook) {
  std::set<std::string> names;
  const json files = hook.value("files", json::array());
  for (std::size_t i = 0; i < files.size(); ++i)
    if (!names.insert(files[i]).second)
      return ConfigError(step, FieldPath(FieldPath(field, "files"), i),
                         {.reason = "DUPLICATE",
                          .what = "two files of the hook have the same name",
                          .found = files[i]});
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckHooks(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const json& hooks = step.config["hooks"];
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    const Input* file = step.FindInput(absl::StrCat("hooks:", i));
    const std::string field = FieldPath("hooks", i);
    MIV_RETURN_IF_ERROR(CheckLanguage(
        step, field, hooks[i], file->step.empty() ? file->path : file->output));
    MIV_RETURN_IF_ERROR(CheckNames(step, field, hooks[i]));
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
