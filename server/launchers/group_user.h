#pragma once

// The unprivileged user that a group runs as where the server runs as root.

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/launchers/group.h"

namespace miv::server {

/// User ids [first, first + count), with the group ids of the same numbers.
struct UserRange {
  uid_t first = 0;
  uid_t count = 0;
};

/// A range that no package or person uses, within what this process may
/// become.  uid_map: content of /proc/self/uid_map.  Count is 0 if nothing
/// suitable is mapped.
UserRange UnusedUserRange(absl::string_view uid_map);

/// A user of the range that no process has and to whom no directory beside the
/// group's has given its work/.  Errors: ResourceExhausted if all are taken.
absl::StatusOr<uid_t> ChooseGroupUser(const GroupRef& group,
                                      const UserRange& range);

/// Makes `user` the owner of G/work, G/tmp and G/token (which may be absent),
/// and the only one besides this process's user who can pass G.
absl::Status GiveGroupFiles(const std::string& directory, uid_t user);

/// Content of the /etc/passwd and /etc/group that a group sees: root, nobody
/// and its own user.
std::string PasswdFile(uid_t user);
std::string GroupFile(uid_t user);

/// The topmost directory above `path` that `user` (of the group of the same
/// number) cannot pass; empty if it can reach `path`.
std::string ClosedDirectory(uid_t user, const std::string& path);

/// May `user` read the file itself, or list and pass the directory itself?
/// A file that is executable to anyone must be to `user`.
bool IsReadable(uid_t user, const std::string& path);

}  // namespace miv::server
