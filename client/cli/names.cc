#include "client/cli/names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"

namespace miv::client {

std::string NameOf(v1::JobState state) {
  return std::string(absl::StripPrefix(v1::JobState_Name(state), "JOB_STATE_"));
}

std::string NameOf(v1::TaskState state) {
  return std::string(
      absl::StripPrefix(v1::TaskState_Name(state), "TASK_STATE_"));
}

std::string NameOf(v1::LogLine::Level level) {
  return absl::AsciiStrToLower(
      absl::StripPrefix(v1::LogLine::Level_Name(level), "LEVEL_"));
}

std::string WordFor(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED
             ? "done"
             : absl::AsciiStrToLower(NameOf(state));
}

std::string WordFor(v1::TaskState state) {
  if (state == v1::TASK_STATE_SUCCEEDED) return "done";
  if (state == v1::TASK_STATE_LAUNCHING) return "starting";
  return absl::AsciiStrToLower(NameOf(state));
}

absl::StatusOr<v1::JobState> ParseJobState(absl::string_view text) {
  v1::JobState state;
  const std::string name = absl::AsciiStrToUpper(text);
  if (v1::JobState_Parse(absl::StrCat("JOB_STATE_", name), &state))
    return state;
  return InvalidInput({.reason = "UNKNOWN_STATE",
                       .field = "--state",
                       .what = absl::StrCat("no state ", text),
                       .remedy = SuggestName(absl::AsciiStrToLower(text),
                                             {"queued", "running", "succeeded",
                                              "failed", "cancelled"})});
}

absl::StatusOr<v1::CachePolicy> ParseCachePolicy(absl::string_view text) {
  v1::CachePolicy policy;
  const std::string name = absl::AsciiStrToUpper(text);
  if (v1::CachePolicy_Parse(absl::StrCat("CACHE_POLICY_", name), &policy) &&
      policy != v1::CACHE_POLICY_UNSPECIFIED)
    return policy;
  return InvalidInput({.reason = "UNKNOWN_CACHE_POLICY",
                       .field = "--cache",
                       .what = absl::StrCat("no cache policy ", text),
                       .remedy = SuggestName(absl::AsciiStrToLower(text),
                                             {"use", "refresh", "bypass"})});
}

bool IsFinal(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED || state == v1::JOB_STATE_FAILED ||
         state == v1::JOB_STATE_CANCELLED;
}

bool IsFinal(v1::TaskState state) {
  return state == v1::TASK_STATE_CACHED || state == v1::TASK_STATE_SUCCEEDED ||
         state == v1::TASK_STATE_FAILED || state == v1::TASK_STATE_CANCELLED;
}

}  // namespace miv::client
