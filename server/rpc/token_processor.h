#pragma once

#include <grpcpp/security/auth_metadata_processor.h>

#include <string>

namespace miv::server {

/// Lets a call through if it carries the token in its `authorization` header,
/// or is a health check.  Runs before any service sees the call.
class TokenProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenProcessor(std::string token) : token_(std::move(token)) {}
  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata,
                       grpc::AuthContext* context, OutputMetadata* consumed,
                       OutputMetadata* response) override;

 private:
  const std::string token_;
};

}  // namespace miv::server
