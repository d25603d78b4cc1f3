#pragma once

// The two gRPC servers of a coordinator: one for clients, one for workers.

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/rpc/artifacts_service.h"
#include "server/rpc/jobs_service.h"
#include "server/rpc/workers_service.h"

namespace miv::server {

struct HostOptions {
  std::string listen = "127.0.0.1:7421";  ///< HOST:PORT; port 0 picks one
  std::string token;
  /// PEM files; both or neither.  Needed for an address that is not loopback.
  std::string tls_certificate;
  std::string tls_key;
  /// Holds workers.sock; made with mode 0711 if absent.
  std::string socket_directory;
  int max_threads = 256;
  int max_watchers = 128;
};

class ServerHost {
 public:
  /// Listens and serves.
  /// Errors: FailedPrecondition TLS_REQUIRED for an address that others can
  ///   reach without TLS; Unavailable ADDRESS_IN_USE if it cannot listen;
  ///   FailedPrecondition if the socket directory is someone else's.
  static absl::StatusOr<std::unique_ptr<ServerHost>> Start(
      Engine& engine, Store& store, ArtifactStore& artifacts,
      const HostOptions& options);
  ~ServerHost();

  /// HOST:PORT that it listens on.
  const std::string& address() const { return address_; }

  /// Takes no more calls, gives those under way until `limit`, then cuts them.
  void Stop(absl::Duration limit);

 private:
  ServerHost(Engine& engine, Store& store, ArtifactStore& artifacts,
             const HostOptions& options);
  absl::Status StartPublic(const HostOptions& options);
  absl::Status StartWorkers(const HostOptions& options);

  JobsService jobs_;
  ArtifactsService artifacts_;
  WorkersService workers_;
  std::string address_;
  std::unique_ptr<grpc::Server> public_;
  std::unique_ptr<grpc::Server> private_;
};

/// Whether every address that `listen` can mean is this machine's loopback.
bool IsLoopback(absl::string_view listen);

}  // namespace miv::server
