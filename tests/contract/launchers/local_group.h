#pragma once

// Groups of shell scripts on this machine, for tests.

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "common/base/files.h"
#include "server/launchers/local_launcher.h"
#include "tests/support/temp_directory.h"

namespace miv::server::test {

/// Asks again until `done` or 20 s have passed.
inline bool Eventually(const std::function<bool()>& done) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// The built miv-shepherd.
inline std::string ShepherdPath() {
  const char* bin = std::getenv("MIV_BIN");
  return std::string(bin != nullptr ? bin : MIV_BINARY_DIR "/bin") +
         "/miv-shepherd";
}

/// A data directory with groups in it, and a launcher for them.
class LocalGroups {
 public:
  explicit LocalGroups(SandboxPolicy policy) : policy_(policy) {
    EXPECT_TRUE(MakeDirectories(data_ / "groups").ok());
    Restart();
  }
  /// Kills what still runs.
  ~LocalGroups() {
    for (int i = 0; i < count_; ++i) launcher_->Kill(Ref(i)).IgnoreError();
    for (int i = 0; i < count_; ++i) AwaitEnd(Ref(i)).IgnoreError();
  }

  /// As after a restart of the server: another launcher, no memory.
  void Restart() {
    auto launcher = LocalLauncher::Create(ShepherdPath());
    ASSERT_TRUE(launcher.ok()) << launcher.status();
    launcher_ = *std::move(launcher);
  }

  /// A fresh group that runs `script` with /bin/sh in its work directory, as
  /// one process without mpirun.
  GroupSpec Spec(const std::string& script) {
    const GroupRef group = Ref(count_++);
    EXPECT_TRUE(MakeDirectories(group.directory).ok());
    return {.group = group,
            .mpirun = false,
            .command = {"/bin/sh", "-c", script},
            .sandbox = policy_};
  }

  GroupRef Ref(int number) const {
    const std::string id = "g" + std::to_string(number);
    return {id, data_ / ("groups/" + id)};
  }

  absl::StatusOr<ExitRecord> AwaitEnd(const GroupRef& group) {
    absl::StatusOr<GroupStatus> status;
    Eventually([&] {
      status = launcher_->Poll(group);
      return !status.ok() || status->state == GroupStatus::State::kExited ||
             status->state == GroupStatus::State::kGone;
    });
    if (!status.ok()) return status.status();
    if (!status->exit) return absl::NotFoundError("no record of its end");
    return *status->exit;
  }

  /// Launches and waits for the end.
  absl::StatusOr<ExitRecord> Run(const GroupSpec& spec) {
    if (absl::Status status = launcher_->Launch(spec); !status.ok())
      return status;
    return AwaitEnd(spec.group);
  }

  /// A file of the group's directory, "" if absent.
  static std::string Content(const GroupSpec& spec, const std::string& name) {
    return ReadFile(spec.group.directory + "/" + name).value_or("");
  }

  LocalLauncher& launcher() { return *launcher_; }
  const miv::test::TempDirectory& data() const { return data_; }

 private:
  SandboxPolicy policy_;
  miv::test::TempDirectory data_{0711};
  std::unique_ptr<LocalLauncher> launcher_;
  int count_ = 0;
};

/// Why `policy` cannot be had here, or OK.
inline absl::Status Available(SandboxPolicy policy) {
  static const SandboxAbilities* abilities =
      new SandboxAbilities(ProbeSandbox());
  return policy == SandboxPolicy::kBwrap ? abilities->bwrap : absl::OkStatus();
}

}  // namespace miv::server::test
