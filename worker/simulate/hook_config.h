#pragma once

// The `hooks` of a simulation.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::simulate {

/// When hooks run; each is also the name of a function in a Python hook.
enum class HookPoint {
  kAfterCells,  ///< cells exist, connections do not
  kBeforeRun,   ///< the model is complete, before initialisation
  kAfterRun,    ///< t = t_end
};

/// A hook of the config (docs/hooks.md).
struct Hook {
  std::string role;                      ///< of its file: "hooks:0"
  HookPoint at = HookPoint::kBeforeRun;  ///< of a hoc file
  std::vector<std::string> files;  ///< names of its files: "hooks:0:files:I"
};

/// "after_cells", "before_run" or "after_run".
const char* NameOf(HookPoint point);

/// config: the value of `hooks`.  Errors: InvalidArgument that names the field.
absl::StatusOr<std::vector<Hook>> ParseHooks(const nlohmann::json& config);

}  // namespace miv::simulate
