#pragma once

// The processes of a group as seen from outside its sandbox: everything that
// descends from one process of ours.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace miv::server {

/// Living descendants of `root` (zombies do not count), parents before their
/// children.  `root` should be a child subreaper, so that orphans stay below.
std::vector<pid_t> Descendants(pid_t root);

struct TreeUsage {
  std::int64_t memory_bytes = 0;
  std::int64_t tasks = 0;  ///< processes and threads
};

/// What the descendants of `root` hold: private memory, shared memory and, in
/// a sandbox, its memory file systems.  Shared pages count once for each
/// process unless the sum exceeds `exact_above`; then they are shared out
/// exactly, which is slower.
TreeUsage MeasureTree(pid_t root, std::int64_t exact_above);

/// SIGKILL to every descendant of the calling process until none is left but
/// zombies, at most `patience_s` seconds.  Children other than `keep` are
/// reaped.  user: the group's own user, all of whose processes are killed at
/// once first; it must be nobody else's.  Returns true if none is left.
bool KillDescendants(pid_t keep, std::optional<uid_t> user, double patience_s);

}  // namespace miv::server
