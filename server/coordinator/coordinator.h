#pragma once

// The coordinator as a whole: what it is made of, in the order of dependence.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/artifacts/artifact_store.h"
#include "server/coordinator/config.h"
#include "server/jobs/engine.h"
#include "server/launchers/launcher.h"
#include "server/launchers/preflight_runner.h"
#include "server/model/clock.h"
#include "server/rpc/server_host.h"
#include "server/store/data_directory.h"
#include "server/store/store.h"

namespace miv::server {

class Coordinator {
 public:
  /// Takes the data directory, recovers what is in it, and serves.
  /// data/server.json appears last and says where.
  /// Errors: FailedPrecondition (directory in use or on a network, TLS needed,
  ///   programs missing), Unavailable (address in use), those of the store.
  static absl::StatusOr<std::unique_ptr<Coordinator>> Start(
      const CoordinatorConfig& config);
  ~Coordinator();

  const std::string& address() const { return host_->address(); }
  std::string log_file() const { return data_->log_file(); }

  /// Takes no more calls and closes; groups go on and are found again by the
  /// next coordinator on the same data.
  void Stop();

 private:
  Coordinator() = default;
  absl::Status Open(const CoordinatorConfig& config);
  absl::Status OpenLaunchers(const CoordinatorConfig& config);
  absl::Status Serve(const CoordinatorConfig& config);
  absl::Status Announce() const;
  void LeaveSocketDirectory() const;

  std::string certificate_;
  SystemClock clock_;
  std::unique_ptr<DataDirectory> data_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<Launcher> launcher_;
  std::unique_ptr<PreflightRunner> preflight_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<ServerHost> host_;
};

/// Version of this program.
const char* CoordinatorVersion();

}  // namespace miv::server
