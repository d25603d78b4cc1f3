#pragma once

#include "miv/v1/artifacts.grpc.pb.h"
#include "server/artifacts/artifact_store.h"

namespace miv::server {

/// miv.v1.Artifacts over the artifact store: transport only.
class ArtifactsService final : public v1::Artifacts::Service {
 public:
  explicit ArtifactsService(ArtifactStore& artifacts) : artifacts_(artifacts) {}

  grpc::Status FindMissing(grpc::ServerContext* context,
                           const v1::FindMissingRequest* request,
                           v1::FindMissingResponse* response) override;
  grpc::Status Upload(grpc::ServerContext* context,
                      grpc::ServerReader<v1::UploadRequest>* reader,
                      v1::UploadResponse* response) override;
  grpc::Status Download(
      grpc::ServerContext* context, const v1::DownloadRequest* request,
      grpc::ServerWriter<v1::DownloadResponse>* writer) override;
  grpc::Status Stat(grpc::ServerContext* context,
                    const v1::StatRequest* request,
                    v1::StatResponse* response) override;

 private:
  absl::Status DoFindMissing(const v1::FindMissingRequest& request,
                             v1::FindMissingResponse& response);
  absl::Status DoUpload(grpc::ServerReader<v1::UploadRequest>& reader,
                        v1::UploadResponse& response);
  absl::Status DoDownload(const v1::DownloadRequest& request,
                          grpc::ServerWriter<v1::DownloadResponse>& writer);
  absl::Status DoStat(const v1::StatRequest& request,
                      v1::StatResponse& response);

  ArtifactStore& artifacts_;
};

}  // namespace miv::server
