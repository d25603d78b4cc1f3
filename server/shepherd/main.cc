// miv-shepherd [--foreground] [--lock-fd N] G/spec.json
//
// Detaches from whoever started it (unless --foreground: then it ends with its
// parent), runs the group that the file describes and writes how it ended.

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "server/launchers/group_files.h"
#include "server/shepherd/shepherd.h"

namespace {

using miv::server::LocalLaunch;

struct Arguments {
  bool foreground = false;
  int lock = -1;
  std::string spec;
};

bool Parse(int argc, char** argv, Arguments* arguments) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--foreground") == 0)
      arguments->foreground = true;
    else if (std::strcmp(argv[i], "--lock-fd") == 0 && i + 1 < argc)
      arguments->lock = std::atoi(argv[++i]);
    else if (argv[i][0] != '-' && arguments->spec.empty())
      arguments->spec = argv[i];
    else
      return false;
  }
  return !arguments->spec.empty();
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

absl::StatusOr<LocalLaunch> Load(const std::string& path) {
  const auto json = miv::server::ReadJson(path);
  if (!json.ok()) return json.status();
  return miv::server::LocalLaunchFromJson(*json);
}

// Returns only in the process that is nobody's child and leads no session; the
// calling process ends when that one exists.
void Detach() {
  const pid_t middle = ::fork();
  if (middle > 0) {
    int status = 1;
    ::waitpid(middle, &status, 0);
    ::_exit(status == 0 ? 0 : 1);
  }
  ::setsid();
  const pid_t last = middle < 0 ? middle : ::fork();
  if (last < 0) {
    std::perror("cannot detach");
    ::_exit(1);
  }
  if (last > 0) ::_exit(0);
  if (::chdir("/") != 0) ::_exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!Parse(argc, argv, &arguments)) {
    std::fprintf(stderr,
                 "usage: miv-shepherd [--foreground] [--lock-fd N] SPEC\n");
    return 2;
  }
  auto launch = Load(arguments.spec);
  if (!launch.ok()) return Fail(launch.status());
  if (arguments.lock < 0) {
    const auto lock = miv::server::TakeGroupLock(launch->spec.group.directory);
    if (!lock.ok()) return Fail(lock.status());
  } else {
    ::fcntl(arguments.lock, F_SETFD, FD_CLOEXEC);
  }
  if (arguments.foreground) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  } else {
    Detach();
  }
  miv::server::Shepherd shepherd(*std::move(launch));
  const absl::Status status = shepherd.Run();
  return status.ok() ? 0 : Fail(status);
}
