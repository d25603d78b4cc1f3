// Checks of electrodes and recordings.

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr std::size_t kMaxLabel = 64;

// Labels become names of files and of HDF5 groups.
absl::Status CheckLabels(const ResolvedStep& step, const std::string& list) {
  std::set<std::string> seen;
  const json& entries = step.config[list];
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string label = entries[i]["label"];
    const std::string field = FieldPath(FieldPath(list, i), "label");
    const bool valid =
        label.size() <= kMaxLabel && absl::ascii_isalnum(label[0]) &&
        std::all_of(label.begin(), label.end(), [](char c) {
          return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
        });
    if (!valid)
      return ConfigError(
          step, field,
          {.reason = "BAD_NAME",
           .what = "not a label",
           .expected = "at most 64 letters, digits, \"_\", \".\" or \"-\", a "
                       "letter or digit first",
           .found = Show(label)});
    if (!seen.insert(label).second)
      return ConfigError(step, field,
                         {.reason = "DUPLICATE_VALUE",
                          .what = "two entries have the same label",
                          .found = Show(label),
                          .remedy = "Rename one of them."});
  }
  return absl::OkStatus();
}

// Samples fall on time steps.
absl::Status CheckMultiple(const ResolvedStep& step, const std::string& field,
                           double interval) {
  const double dt = step.config["dt"];
  const double ratio = interval / dt;
  const double whole = std::round(ratio);
  if (whole >= 1 && std::fabs(ratio - whole) <= 1e-9 * whole)
    return absl::OkStatus();
  const double below = std::floor(ratio) * dt;
  const double above = std::ceil(ratio) * dt;
  return ConfigError(
      step, field,
      {.reason = "NOT_A_MULTIPLE",
       .what = absl::StrCat("samples do not fall on time steps of ", dt, " ms"),
       .expected =
           below > 0 ? absl::StrCat(below, " or ", above) : absl::StrCat(above),
       .found = absl::StrCat(interval),
       .remedy = "Choose a multiple of dt."});
}

absl::Status CheckElectrode(const Draft& draft, std::size_t index,
                            const std::string& field, const json& entry) {
  MIV_RETURN_IF_ERROR(CheckMultiple(
      draft.step(index), FieldPath(field, "dt_lfp"), entry["dt_lfp"]));
  const json populations = entry.value("populations", json::array());
  for (std::size_t i = 0; i < populations.size(); ++i)
    MIV_RETURN_IF_ERROR(CheckPopulation(
        draft, index, FieldPath(FieldPath(field, "populations"), i),
        populations[i]));
  return absl::OkStatus();
}

absl::Status CheckRecording(const Draft& draft, std::size_t index,
                            const std::string& field, const json& entry) {
  const ResolvedStep& step = draft.step(index);
  if (entry.contains("gids") == entry.contains("population"))
    return ConfigError(
        step, field,
        {.reason = entry.contains("gids") ? "CONFLICT" : "MISSING_FIELD",
         .what = "the entry needs exactly one of these fields",
         .expected = "gids or population",
         .found = entry.contains("gids") ? "gids and population" : "none"});
  for (const char* name : {"fraction", "limit"})
    if (entry.contains("gids") && entry.contains(name))
      return ConfigError(step, FieldPath(field, name),
                         {.reason = "CONFLICT",
                          .what = "the field only has a meaning together with "
                                  "population"});
  if (entry.contains("dt"))
    MIV_RETURN_IF_ERROR(
        CheckMultiple(step, FieldPath(field, "dt"), entry["dt"]));
  return CheckTargets(draft, index, field, entry);
}

}  // namespace

absl::Status CheckRecordings(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(CheckLabels(step, "lfp"));
  MIV_RETURN_IF_ERROR(CheckLabels(step, "record"));
  for (std::size_t i = 0; i < step.config["lfp"].size(); ++i)
    MIV_RETURN_IF_ERROR(CheckElectrode(draft, index, FieldPath("lfp", i),
                                       step.config["lfp"][i]));
  for (std::size_t i = 0; i < step.config["record"].size(); ++i)
    MIV_RETURN_IF_ERROR(CheckRecording(draft, index, FieldPath("record", i),
                                       step.config["record"][i]));
  return absl::OkStatus();
}

}  // namespace miv::pipeline
