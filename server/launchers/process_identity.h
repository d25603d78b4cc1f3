#pragma once

// A process that cannot be mistaken for a later one with the same number.

#include <sys/types.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace miv::server {

/// Content of shepherd.json.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  ///< field 22 of /proc/pid/stat, clock ticks
  std::string boot_id;           ///< /proc/sys/kernel/random/boot_id
};

/// The calling process.
absl::StatusOr<ProcessIdentity> OwnIdentity();

nlohmann::json ToJson(const ProcessIdentity& identity);
/// Errors: DataLoss.
absl::StatusOr<ProcessIdentity> ProcessIdentityFromJson(
    const nlohmann::json& json);

/// False once it has ended, zombie or not, or the machine was restarted.
bool IsAlive(const ProcessIdentity& identity);

/// Sends a signal to exactly this process; OK if it is gone.
absl::Status Signal(const ProcessIdentity& identity, int signal);

/// Fields of /proc/pid/stat.
struct ProcessStat {
  pid_t parent = 0;
  char state = '?';
  std::int64_t threads = 0;
  std::uint64_t start_time = 0;
};

/// False if there is no such process.  Allocates nothing.
bool ReadProcessStat(pid_t pid, ProcessStat* stat);

}  // namespace miv::server
