#include "common/pipeline/entry_checks.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {

using config::FieldPath;
using nlohmann::json;

absl::Status CheckOneOf(const ResolvedStep& step, const std::string& field,
                        const json& entry,
                        const std::vector<std::string>& names) {
  std::vector<std::string> given;
  for (const std::string& name : names)
    if (entry.contains(name)) given.push_back(name);
  if (given.size() == 1) return absl::OkStatus();
  return ConfigError(
      step, field,
      {.reason = given.empty() ? "MISSING_FIELD" : "CONFLICT",
       .what = "the entry needs exactly one of these fields",
       .expected = absl::StrJoin(names, " or "),
       .found = given.empty() ? "none" : absl::StrJoin(given, " and ")});
}

absl::Status CheckBelongsTo(const ResolvedStep& step, const std::string& field,
                            const json& entry, const std::string& owner,
                            const std::vector<std::string>& names) {
  if (entry.contains(owner)) return absl::OkStatus();
  for (const std::string& name : names)
    if (entry.contains(name))
      return ConfigError(step, FieldPath(field, name),
                         {.reason = "CONFLICT",
                          .what = absl::StrCat("the field only has a meaning "
                                               "together with ",
                                               owner)});
  return absl::OkStatus();
}

absl::Status CheckTrain(const ResolvedStep& step, const std::string& field,
                        const json& times) {
  double last = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const double time = times[i];
    if (time < 0)
      return ConfigError(step, FieldPath(field, i),
                         {.reason = "OUT_OF_RANGE",
                          .what = "a spike before the start of the run",
                          .expected = "a time of at least 0 ms",
                          .found = absl::StrCat(time)});
    if (time < last)
      return ConfigError(step, FieldPath(field, i),
                         {.reason = "UNSORTED_TIMES",
                          .what = "the times are not in ascending order",
                          .expected = absl::StrCat("at least ", last),
                          .found = absl::StrCat(time),
                          .remedy = "Sort the times of each cell."});
    last = time;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::uint32_t> CheckGidKey(const ResolvedStep& step,
                                          const std::string& field,
                                          const std::string& text) {
  std::uint32_t gid = 0;
  if (absl::SimpleAtoi(text, &gid)) return gid;
  return ConfigError(step, FieldPath(field, text),
                     {.reason = "WRONG_TYPE",
                      .what = "the key is not a gid",
                      .expected = "an integer",
                      .found = Show(text)});
}

}  // namespace miv::pipeline
