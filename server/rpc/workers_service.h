#pragma once

#include "miv/v1/workers.grpc.pb.h"
#include "server/jobs/worker_desk.h"

namespace miv::server {

/// miv.v1.Workers over the desk: transport only.
class WorkersService final : public v1::Workers::Service {
 public:
  explicit WorkersService(WorkerDesk& desk) : desk_(desk) {}
  grpc::Status Synchronize(grpc::ServerContext* context,
                           const v1::SynchronizeRequest* request,
                           v1::SynchronizeResponse* response) override;

 private:
  WorkerDesk& desk_;
};

}  // namespace miv::server
