#include "server/launchers/sandbox.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/launchers/mpirun.h"

namespace miv::server {
namespace {

namespace fs = std::filesystem;
using Argv = std::vector<std::string>;

// Of /etc only what the loader, name lookups, Open MPI and compilers read.
constexpr std::array kEtcFiles = {
    "hosts",      "nsswitch.conf", "ld.so.cache",
    "ld.so.conf", "ld.so.conf.d",  "alternatives",
    "openmpi",    "localtime",     "pmix-mca-params.conf",
};

void Append(Argv* argv, Argv more) {
  argv->insert(argv->end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

// /usr, and the root's directories that are links into it (or stand alone on a
// system that keeps them apart).
void AppendSystem(Argv* argv) {
  Append(argv, {"--ro-bind", "/usr", "/usr"});
  for (const std::string name :
       {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    std::error_code error;
    const fs::path target = fs::read_symlink(name, error);
    if (!error)
      Append(argv, {"--symlink", target.string(), name});
    else if (fs::is_directory(name, error))
      Append(argv, {"--ro-bind", name, name});
  }
  for (const char* name : kEtcFiles) {
    const std::string path = absl::StrCat("/etc/", name);
    Append(argv, {"--ro-bind-try", path, path});
  }
}

// Memory in these file systems counts as the group's, so one cannot be larger
// than its limit.
void AppendTmpfs(Argv* argv, const std::string& path, std::int64_t bytes) {
  if (bytes > 0) Append(argv, {"--size", absl::StrCat(bytes)});
  Append(argv, {"--perms", "1777", "--tmpfs", path});
}

Argv BwrapArgv(const GroupSpec& spec) {
  Argv argv = {"/usr/bin/bwrap",    "--unshare-user",
               "--unshare-all",     "--disable-userns",
               "--die-with-parent", "--new-session",
               "--cap-drop",        "ALL",
               "--hostname",        "localhost"};
  AppendSystem(&argv);
  const std::string etc = spec.group.directory + "/etc";
  Append(&argv, {"--ro-bind", etc + "/passwd", "/etc/passwd"});
  Append(&argv, {"--ro-bind", etc + "/group", "/etc/group"});
  Append(&argv, {"--proc", "/proc", "--dev", "/dev"});
  AppendTmpfs(&argv, "/dev/shm", spec.limits.memory_bytes);
  AppendTmpfs(&argv, "/tmp", spec.limits.memory_bytes);
  const VisiblePaths paths = PathsOf(spec);
  for (const std::string& path : paths.read_only)
    Append(&argv, {"--ro-bind", path, path});
  for (const std::string& path : paths.writable)
    Append(&argv, {"--bind", path, path});
  // What holds the mounts is memory too; and /proc/sys belongs to the machine's
  // root, which the group may still be (LocalLaunch::user absent).
  Append(&argv, {"--remount-ro", "/", "--remount-ro", "/dev", "--remount-ro",
                 "/proc"});
  Append(&argv, {"--chdir", spec.group.directory + "/work", "--"});
  return argv;
}

// Bounds of each process.  RLIMIT_DATA stops one huge allocation; the sum over
// the group is the shepherd's to watch, and it gets room to see the excess.
Argv LimitArgv(const LocalLaunch& launch) {
  const GroupLimits& limits = launch.spec.limits;
  Argv argv = {"/usr/bin/prlimit", "--core=0:0"};
  const auto add = [&](const char* name, std::int64_t value) {
    if (value > 0)
      argv.push_back(absl::StrCat("--", name, "=", value, ":", value));
  };
  constexpr std::int64_t kRoom = std::int64_t{1} << 30;
  if (limits.memory_bytes > 0)
    add("data", limits.memory_bytes + std::max(kRoom, limits.memory_bytes / 2));
  add("cpu", limits.cpu_s);
  add("fsize", limits.file_bytes);
  // The kernel counts a user's processes; outside a sandbox and without a user
  // of its own the group shares that count with everything else.
  if (launch.user || launch.backend == SandboxBackend::kBwrap)
    add("nproc", limits.processes);
  return argv;
}

bool IsBelow(const std::string& path, const std::string& directory) {
  return path == directory || absl::StartsWith(path, directory + "/");
}

// The worker's directory, for what it loads from beside itself; the program
// alone if that would show the group's own or the system's directories.
std::string ProgramPath(const GroupSpec& spec) {
  const std::string program = spec.command.front();
  std::error_code error;
  const fs::path real = fs::canonical(program, error);
  if (!error && IsBelow(real.string(), "/usr")) return "";
  const std::string directory = fs::path(program).parent_path().string();
  const bool wide =
      directory == "/" || IsBelow(spec.group.directory, directory);
  return wide ? program : directory;
}

}  // namespace

VisiblePaths PathsOf(const GroupSpec& spec) {
  const std::string& directory = spec.group.directory;
  VisiblePaths paths;
  if (std::string program = ProgramPath(spec); !program.empty())
    paths.read_only.push_back(std::move(program));
  if (!spec.socket_directory.empty())
    paths.read_only.push_back(spec.socket_directory);
  paths.read_only.insert(paths.read_only.end(), spec.read_only.begin(),
                         spec.read_only.end());
  paths.read_only.push_back(directory + "/inputs");
  std::error_code error;
  if (fs::exists(directory + "/token", error))
    paths.read_only.push_back(directory + "/token");
  paths.writable = {directory + "/work", directory + "/tmp"};
  return paths;
}

std::vector<std::string> SandboxCommand(const LocalLaunch& launch) {
  const uid_t user = launch.user.value_or(::geteuid());
  Argv argv = {"/usr/bin/setpriv", "--no-new-privs", "--pdeathsig", "KILL"};
  if (launch.user)
    Append(&argv, {"--reuid", absl::StrCat(user), "--regid", absl::StrCat(user),
                   "--clear-groups"});
  if (launch.backend == SandboxBackend::kBwrap)
    Append(&argv, BwrapArgv(launch.spec));
  Append(&argv, LimitArgv(launch));
  Append(&argv, GroupCommand(launch.spec, user));
  return argv;
}

}  // namespace miv::server
