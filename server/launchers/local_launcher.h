#pragma once

// Groups on this machine, each owned by a shepherd that outlives the server.

#include <memory>
#include <string>

#include "server/launchers/launcher.h"
#include "server/launchers/sandbox.h"

namespace miv::server {

class LocalLauncher : public Launcher {
 public:
  /// Probes what sandboxes work here.  Errors: NotFound if `shepherd_path` is
  /// not a program.
  static absl::StatusOr<std::unique_ptr<LocalLauncher>> Create(
      std::string shepherd_path);

  absl::Status Launch(const GroupSpec& spec) override;
  absl::StatusOr<GroupStatus> Poll(const GroupRef& group) override;
  absl::Status Kill(const GroupRef& group) override;

  /// For the log and the server's status.
  const SandboxAbilities& abilities() const { return abilities_; }

 private:
  LocalLauncher(std::string shepherd_path, SandboxAbilities abilities);

  const std::string shepherd_path_;
  const SandboxAbilities abilities_;
};

}  // namespace miv::server
