#include "worker/simulate/hook_config.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

struct NamedPoint {
  const char* name;
  HookPoint point;
};
constexpr NamedPoint kPoints[] = {{"after_cells", HookPoint::kAfterCells},
                                  {"before_run", HookPoint::kBeforeRun},
                                  {"after_run", HookPoint::kAfterRun}};

absl::StatusOr<Hook> ParseHook(const nlohmann::json& record,
                               const std::string& path) {
  Hook hook;
  Fields fields(record, path);
  hook.role = fields.Text("file", "");
  const std::string at = fields.Text("at", NameOf(hook.at));
  bool known = false;
  for (const NamedPoint& point : kPoints) {
    if (at != point.name) continue;
    hook.at = point.point;
    known = true;
  }
  if (!known) {
    fields.Fail("at", "there is no such point of the run",
                "after_cells, before_run or after_run", at);
  }
  for (const nlohmann::json& name : fields.Raw("files")) {
    if (name.is_string()) hook.files.push_back(name);
  }
  MIV_RETURN_IF_ERROR(fields.Finish());
  return hook;
}

}  // namespace

const char* NameOf(HookPoint point) {
  for (const NamedPoint& known : kPoints) {
    if (known.point == point) return known.name;
  }
  return "";
}

absl::StatusOr<std::vector<Hook>> ParseHooks(const nlohmann::json& config) {
  std::vector<Hook> hooks;
  for (std::size_t i = 0; i < config.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(Hook hook,
                         ParseHook(config[i], absl::StrCat("hooks[", i, "]")));
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

}  // namespace miv::simulate
