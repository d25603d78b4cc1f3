#pragma once

// States as texts.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "miv/v1/events.pb.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

/// "SUCCEEDED": as in JSON.
std::string NameOf(v1::JobState state);
std::string NameOf(v1::TaskState state);
/// "debug", "info", "warning", "error".
std::string NameOf(v1::LogLine::Level level);

/// "done", "cached", "starting": for people.
std::string WordFor(v1::JobState state);
std::string WordFor(v1::TaskState state);

/// Case does not matter.  Errors: InvalidArgument with the names.
absl::StatusOr<v1::JobState> ParseJobState(absl::string_view text);
absl::StatusOr<v1::CachePolicy> ParseCachePolicy(absl::string_view text);

bool IsFinal(v1::JobState state);
bool IsFinal(v1::TaskState state);

}  // namespace miv::client
