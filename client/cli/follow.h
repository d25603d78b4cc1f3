#pragma once

// Watching a job on the screen: live lines on a terminal, plain ones elsewhere,
// or its events as JSON.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/program.h"
#include "client/client.h"

namespace miv::client {

enum class FollowStyle {
  kProgress,  ///< on standard output
  kQuiet,     ///< live lines on standard error if that is a terminal
  kEvents,    ///< one JSON object a line on standard output
  kSpikes,    ///< likewise, those with spikes only
};

/// Follows to the end.  After Ctrl-C: Cancelled, and the user is told how to
/// come back.
absl::StatusOr<v1::JobState> Follow(Program& program, Client& client,
                                    const std::string& job_id,
                                    std::int64_t after_sequence,
                                    FollowStyle style);

}  // namespace miv::client
