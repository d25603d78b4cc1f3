#include "client/connection.h"

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"

namespace miv::client {
namespace {

// grpc.health.v1.HealthCheckRequest is {string service = 1} and
// HealthCheckResponse {enum status = 1}: the same bytes as these wrappers.
using HealthRequest = google::protobuf::StringValue;
using HealthResponse = google::protobuf::Int32Value;
constexpr int kServing = 1;

grpc::ChannelArguments Arguments(bool local) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // Also on a quiet stream: a laptop that slept must notice.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  if (local) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const Endpoint& endpoint) {
  if (IsLocalAddress(endpoint.address))
    return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  if (!endpoint.ca_file.empty()) {
    MIV_ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(endpoint.ca_file));
  }
  return grpc::SslCredentials(options);
}

std::string StartRemedy(const Endpoint& endpoint) {
  if (endpoint.server_pid > 0)
    return absl::StrCat("Its server.json names process ", endpoint.server_pid,
                        "; if that is gone, start it again with `miv up`.");
  return "Start one on this machine with `miv up`, or name another with "
         "--server or MIV_SERVER.";
}

std::string TokenRemedy(const Endpoint& endpoint) {
  if (endpoint.token.empty())
    return "No token was found: set MIV_TOKEN, or `token_file` in "
           "~/.config/miv/config.yaml.";
  return absl::StrCat("The token came from ", endpoint.token_origin,
                      "; ask the operator for a valid one.");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Create(
    Endpoint endpoint, ConnectionOptions options) {
  MIV_ASSIGN_OR_RETURN(const auto credentials, Credentials(endpoint));
  auto channel =
      grpc::CreateCustomChannel(endpoint.address, credentials,
                                Arguments(IsLocalAddress(endpoint.address)));
  return std::unique_ptr<Connection>(
      new Connection(std::move(endpoint), options, std::move(channel)));
}

Connection::Connection(Endpoint endpoint, ConnectionOptions options,
                       std::shared_ptr<grpc::Channel> channel)
    : endpoint_(std::move(endpoint)),
      options_(options),
      channel_(std::move(channel)),
      jobs_(v1::Jobs::NewStub(channel_)),
      artifacts_(v1::Artifacts::NewStub(channel_)) {}

void Connection::Prepare(grpc::ClientContext& context,
                         absl::Duration timeout) const {
  if (!endpoint_.token.empty())
    context.AddMetadata("authorization",
                        absl::StrCat("Bearer ", endpoint_.token));
  if (timeout != absl::InfiniteDuration())
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
}

absl::Status Connection::Explain(const grpc::Status& status) {
  absl::Status error = FromGrpcStatus(status);
  // How a server that shuts down ends the calls that it still has.
  if (absl::IsCancelled(error)) error = absl::UnavailableError(error.message());
  const bool ours = FaultOf(error).has_value();
  if (error.ok() || ours || !absl::IsUnavailable(error)) contacted_ = true;
  if (error.ok()) return error;
  if (absl::IsUnauthenticated(error))
    return WithContext(error, {.remedy = TokenRemedy(endpoint_)});
  if (ours) return error;
  if (absl::IsUnavailable(error))
    return MakeStatus(
        error.code(),
        {.reason = "SERVER_UNREACHABLE",
         .what = absl::StrCat("cannot reach the server at ", endpoint_.address,
                              " (named by ", endpoint_.origin,
                              "): ", error.message()),
         .remedy = StartRemedy(endpoint_)});
  if (absl::IsDeadlineExceeded(error))
    return MakeStatus(error.code(),
                      {.reason = "SERVER_SLOW",
                       .what = absl::StrCat("the server at ", endpoint_.address,
                                            " has not answered in time"),
                       .remedy = "Repeat the command: nothing is done twice."});
  return error;
}

Backoff Connection::NewBackoff() const {
  return Backoff(contacted_ ? options_.lost_contact : options_.first_contact);
}

absl::Status Connection::Run(
    const Terms& terms,
    absl::FunctionRef<grpc::Status(grpc::ClientContext&)> call) {
  Backoff backoff = NewBackoff();
  const auto timeout =
      terms.timeout == absl::ZeroDuration() ? options_.timeout : terms.timeout;
  const auto& stop = terms.stop.stop_possible() ? terms.stop : options_.stop;
  while (true) {
    grpc::ClientContext context;
    Prepare(context, timeout);
    std::stop_callback cancel(stop, [&] { context.TryCancel(); });
    const absl::Status status = Explain(call(context));
    if (status.ok()) return status;
    if (stop.stop_requested())
      return absl::CancelledError("stopped by the user");
    if (!absl::IsUnavailable(status)) return status;
    if (WaitForRetry(backoff, stop)) continue;
    return stop.stop_requested() ? absl::CancelledError("stopped by the user")
                                 : status;
  }
}

absl::Status Connection::CheckHealth(absl::Duration timeout) {
  grpc::ClientContext context;
  Prepare(context, timeout);
  grpc::TemplatedGenericStub<HealthRequest, HealthResponse> stub(channel_);
  HealthRequest request;
  HealthResponse response;
  grpc::Status result;
  absl::Notification done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request,
                 &response, [&](grpc::Status status) {
                   result = std::move(status);
                   done.Notify();
                 });
  done.WaitForNotification();
  MIV_RETURN_IF_ERROR(Explain(result));
  if (response.value() == kServing) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the server at ", endpoint_.address, " is up but not ready"));
}

}  // namespace miv::client
