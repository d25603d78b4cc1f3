#include "server/rpc/token_processor.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/base/fault.h"
#include "common/rpc/status.h"
#include "server/auth/local_token.h"

namespace miv::server {
namespace {

constexpr char kHealthPrefix[] = "/grpc.health.v1.Health/";

absl::Status Refused(bool given) {
  Fault fault;
  fault.reason = given ? "WRONG_TOKEN" : "TOKEN_REQUIRED";
  fault.what =
      given ? "the token is not this server's" : "the call carries no token";
  fault.expected = "metadata \"authorization: Bearer TOKEN\"";
  fault.remedy =
      "Use the token in the file that the server's server.json names.";
  return MakeStatus(absl::StatusCode::kUnauthenticated, fault);
}

}  // namespace

grpc::Status TokenProcessor::Process(const InputMetadata& metadata,
                                     grpc::AuthContext*,
                                     OutputMetadata* consumed,
                                     OutputMetadata*) {
  absl::string_view path;
  absl::string_view authorization;
  for (const auto& [key, value] : metadata) {
    const absl::string_view name(key.data(), key.size());
    const absl::string_view text(value.data(), value.size());
    if (name == ":path") path = text;
    if (name == "authorization") authorization = text;
  }
  if (absl::StartsWith(path, kHealthPrefix)) return grpc::Status::OK;
  const absl::string_view token = BearerToken(authorization);
  if (token.empty()) return ToGrpcStatus(Refused(false));
  if (!TokensEqual(token, token_)) return ToGrpcStatus(Refused(true));
  consumed->emplace("authorization", std::string(authorization));
  return grpc::Status::OK;
}

}  // namespace miv::server
