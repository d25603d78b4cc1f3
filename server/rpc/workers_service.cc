#include "server/rpc/workers_service.h"

#include "common/rpc/status.h"

namespace miv::server {

grpc::Status WorkersService::Synchronize(grpc::ServerContext* context,
                                         const v1::SynchronizeRequest* request,
                                         v1::SynchronizeResponse* response) {
  auto answer =
      desk_.Synchronize(*request, [context] { return context->IsCancelled(); });
  if (!answer.ok()) return ToGrpcStatus(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

}  // namespace miv::server
