#pragma once

// The files of a local group's directory G, and what they say of its state.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/launchers/process_identity.h"
#include "server/launchers/sandbox.h"

namespace miv::server {

/// Names within G.
inline constexpr char kSpecFile[] = "spec.json";
inline constexpr char kShepherdFile[] = "shepherd.json";
inline constexpr char kExitFile[] = "exit.json";
inline constexpr char kLockFile[] = "shepherd.lock";
inline constexpr char kKillFile[] = "kill_requested";
inline constexpr char kLogFile[] = "shepherd.log";

/// An exclusive flock on G/shepherd.lock, held from before the launch to the
/// shepherd's end: it tells "starting" from "never started" without a clock.
/// Returns the descriptor, or AlreadyExists if another holds it.
absl::StatusOr<int> TakeGroupLock(const std::string& directory);
/// True if a launcher or shepherd holds it.
bool GroupLockIsHeld(const std::string& directory);

/// Creates what is missing of G/{inputs,work,tmp}, with their modes.
/// Errors: InvalidArgument if a path is not absolute or absent, the command is
///   not executable, or a path to show would show other groups.
absl::Status PrepareGroupDirectory(const GroupSpec& spec);

/// Gives G's files to the group's user and writes its passwd and spec.json.
absl::Status WriteLaunch(const LocalLaunch& launch);

/// Writes a record by atomic rename, without waiting for the disk: what a power
/// cut would lose of it belongs to a group that the power cut ended.
absl::Status WriteRecord(const std::string& path, absl::string_view content,
                         unsigned mode = 0644);

/// Who owns the group, or did; nullopt without a whole record.
std::optional<ProcessIdentity> ReadShepherd(const std::string& directory);

/// What the records and the lock say.  An ended group whose record is damaged
/// (by a power cut) is gone.  Errors: as Launcher::Poll.
absl::StatusOr<GroupStatus> ReadGroupStatus(const std::string& directory);

/// The whole JSON file, at most 64 MiB of it.  The last name of `path` is not
/// followed if it is a symbolic link, so a group may have written it.
/// Errors: NotFound; DataLoss if it is no regular file, too long or not JSON.
absl::StatusOr<nlohmann::json> ReadJson(const std::string& path);

}  // namespace miv::server
