#pragma once

// The wire: one channel to one server, with its token, deadlines and retries.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/endpoint.h"
#include "client/retry.h"
#include "miv/v1/artifacts.grpc.pb.h"
#include "miv/v1/jobs.grpc.pb.h"

namespace miv::client {

struct ConnectionOptions {
  /// Of a unary call.
  absl::Duration timeout = absl::Seconds(30);
  /// Of a submission: the server may load templates and compile mechanisms
  /// before it answers.
  absl::Duration submit_timeout = absl::Minutes(10);
  /// A server that never answered is probably not there.
  RetryPolicy first_contact = {.patience = absl::Seconds(2)};
  /// One that did is probably restarting.
  RetryPolicy lost_contact = {.patience = absl::Minutes(5)};
  /// Ends every call that has no stop of its own.
  std::stop_token stop;
};

/// Thread safe.
class Connection {
 public:
  /// Reads the CA file; does not wait for the server.  TLS is used unless only
  /// this machine can reach the address (IsLocalAddress).
  /// Errors: as ReadFile for the CA file.
  static absl::StatusOr<std::unique_ptr<Connection>> Create(
      Endpoint endpoint, ConnectionOptions options = {});

  v1::Jobs::StubInterface& jobs() { return *jobs_; }
  v1::Artifacts::StubInterface& artifacts() { return *artifacts_; }
  const Endpoint& endpoint() const { return endpoint_; }
  const ConnectionOptions& options() const { return options_; }

  struct Terms {
    absl::Duration timeout = absl::ZeroDuration();  ///< 0 = options().timeout
    std::stop_token stop = {};  ///< without state: options().stop
  };
  /// Runs a call that may be repeated: again on Unavailable, with backoff.
  /// Errors: the server's, with its Fault; Unavailable SERVER_UNREACHABLE;
  /// DeadlineExceeded; Cancelled if `terms.stop` was requested.
  absl::Status Run(const Terms& terms,
                   absl::FunctionRef<grpc::Status(grpc::ClientContext&)> call);

  /// For streams, which repeat by themselves: the token and, unless it is
  /// infinite, the deadline.
  void Prepare(grpc::ClientContext& context, absl::Duration timeout) const;
  /// The outcome of one attempt in terms of this server; takes note of contact.
  /// A call that neither side's user cancelled counts as Unavailable.
  absl::Status Explain(const grpc::Status& status);
  /// The waits that fit what is known of the server.
  Backoff NewBackoff() const;

  /// grpc.health.v1: OK if the server serves.  One attempt.
  absl::Status CheckHealth(absl::Duration timeout);

 private:
  Connection(Endpoint endpoint, ConnectionOptions options,
             std::shared_ptr<grpc::Channel> channel);

  const Endpoint endpoint_;
  const ConnectionOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::Jobs::StubInterface> jobs_;
  const std::unique_ptr<v1::Artifacts::StubInterface> artifacts_;
  std::atomic<bool> contacted_ = false;
};

}  // namespace miv::client
