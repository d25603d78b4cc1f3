#pragma once

// A worker group: what one launch starts, its limits, and how it ended.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::server {

/// Bounds of one group; 0 means unlimited.
struct GroupLimits {
  double wall_s = 0;              ///< from launch to the last process's end
  std::int64_t memory_bytes = 0;  ///< resident, summed over the group
  std::int64_t cpu_s = 0;         ///< of each process
  std::int64_t file_bytes = 0;    ///< of each file that the group writes
  std::int64_t processes = 0;     ///< and threads, of the whole group
  std::int64_t output_bytes = 16 << 20;  ///< kept of stdout and of stderr each
};

/// How a group is kept from the rest of the machine.
enum class SandboxPolicy {
  kAuto,   ///< bwrap where it works on this machine, else none
  kBwrap,  ///< refuse to launch where bubblewrap does not work
  kNone,   ///< a plain process; see docs/security.md
};

/// Name of a group and where its files are; enough to find it again.
struct GroupRef {
  std::string id;         ///< unique for ever
  std::string directory;  ///< absolute path of G
};

/// One launch.  The directory G exists and is the group's alone; the launcher
/// creates what is missing of G/{inputs,work,tmp}.  Paths are absolute and are
/// the same inside the sandbox and outside.
struct GroupSpec {
  GroupRef group;
  int ranks = 1;
  /// Under `mpirun -n ranks`; false: the command itself, as one process.
  bool mpirun = true;
  std::vector<std::string> command;  ///< the worker's argv
  /// Added to the small environment that every group gets.
  std::map<std::string, std::string> environment;
  /// Further files and directories that the group may read; the directory of
  /// command[0] and G/inputs are always among them.
  std::vector<std::string> read_only;
  std::string socket_directory;  ///< of the worker service; may be empty
  GroupLimits limits;
  SandboxPolicy sandbox = SandboxPolicy::kAuto;
  /// True if the group runs code (mechanisms, templates, hooks) that someone
  /// else than the server's owner submitted.  Such a group is refused where it
  /// could not be kept from the server's own files.
  bool user_code = false;
};

/// spec.json of G.
nlohmann::json ToJson(const GroupSpec& spec);
/// Errors: InvalidArgument naming the field.
absl::StatusOr<GroupSpec> GroupSpecFromJson(const nlohmann::json& json);

enum class ExitOutcome {
  kExited,     ///< `code`
  kSignalled,  ///< `signal`
  kWallLimit,
  kMemoryLimit,
  kKilled,        ///< on request
  kLaunchFailed,  ///< the command never ran; `detail` says why
};

/// exit.json of G.
struct ExitRecord {
  ExitOutcome outcome = ExitOutcome::kExited;
  int code = 0;
  int signal = 0;
  std::string detail;  ///< one line for the user; may be empty
  double ended_unix_s = 0;
};

/// "exited", "signalled", "wall_limit", "memory_limit", "killed" or
/// "launch_failed".
std::string OutcomeName(ExitOutcome outcome);
nlohmann::json ToJson(const ExitRecord& record);
/// Errors: DataLoss if a field is missing or of another type.
absl::StatusOr<ExitRecord> ExitRecordFromJson(const nlohmann::json& json);

struct GroupStatus {
  enum class State {
    kStarting,  ///< launched; its owner has not reported yet
    kRunning,   ///< `pid` is the owner's (for the local launcher: shepherd)
    kExited,    ///< `exit` says how
    kGone,      ///< not running and left no record
  };
  State state = State::kGone;
  std::int64_t pid = 0;
  std::optional<ExitRecord> exit;  ///< with kExited
};

}  // namespace miv::server
