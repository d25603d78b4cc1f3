#include "server/rpc/artifacts_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"

namespace miv::server {
namespace {

constexpr std::size_t kChunk = 256 << 10;
constexpr int kMaxDigests = 10'000;

absl::Status Malformed(const std::string& field, const std::string& expected,
                       const std::string& found) {
  Fault fault;
  fault.reason = "MALFORMED_REQUEST";
  fault.field = field;
  fault.what = "the request is not well formed";
  fault.expected = expected;
  fault.found = found;
  return InvalidInput(fault);
}

absl::Status CheckDigest(const std::string& digest) {
  if (IsDigest(digest)) return absl::OkStatus();
  return Malformed("digest", "\"sha256:\" and 64 hex digits",
                   absl::StrCat("\"", digest.substr(0, 80), "\""));
}

}  // namespace

grpc::Status ArtifactsService::FindMissing(
    grpc::ServerContext*, const v1::FindMissingRequest* request,
    v1::FindMissingResponse* response) {
  return ToGrpcStatus(DoFindMissing(*request, *response));
}

grpc::Status ArtifactsService::Upload(
    grpc::ServerContext*, grpc::ServerReader<v1::UploadRequest>* reader,
    v1::UploadResponse* response) {
  return ToGrpcStatus(DoUpload(*reader, *response));
}

grpc::Status ArtifactsService::Download(
    grpc::ServerContext*, const v1::DownloadRequest* request,
    grpc::ServerWriter<v1::DownloadResponse>* writer) {
  return ToGrpcStatus(DoDownload(*request, *writer));
}

grpc::Status ArtifactsService::Stat(grpc::ServerContext*,
                                    const v1::StatRequest* request,
                                    v1::StatResponse* response) {
  return ToGrpcStatus(DoStat(*request, *response));
}

absl::Status ArtifactsService::DoFindMissing(
    const v1::FindMissingRequest& request, v1::FindMissingResponse& response) {
  if (request.digests_size() > kMaxDigests) {
    return Malformed("digests", absl::StrCat("at most ", kMaxDigests),
                     absl::StrCat(request.digests_size()));
  }
  for (const std::string& digest : request.digests()) {
    MIV_RETURN_IF_ERROR(CheckDigest(digest));
  }
  const std::vector<std::string> digests(request.digests().begin(),
                                         request.digests().end());
  for (std::string& digest : artifacts_.FindMissing(digests)) {
    response.add_digests(std::move(digest));
  }
  return absl::OkStatus();
}

absl::Status ArtifactsService::DoUpload(
    grpc::ServerReader<v1::UploadRequest>& reader,
    v1::UploadResponse& response) {
  v1::UploadRequest part;
  if (!reader.Read(&part) || !part.has_header()) {
    return Malformed("header", "a header first", "none");
  }
  const v1::UploadRequest::Header& header = part.header();
  MIV_RETURN_IF_ERROR(CheckDigest(header.digest()));
  MIV_ASSIGN_OR_RETURN(
      const auto upload,
      artifacts_.BeginUpload({header.digest(), header.size(), header.offset(),
                              header.directory()}));
  while (reader.Read(&part)) {
    if (!part.has_chunk()) return Malformed("chunk", "chunks", "a header");
    if (part.chunk().size() > kChunk) {
      return Malformed("chunk", absl::StrCat("at most ", kChunk, " bytes"),
                       absl::StrCat(part.chunk().size()));
    }
    MIV_RETURN_IF_ERROR(upload->Append(part.chunk()));
  }
  MIV_ASSIGN_OR_RETURN(const ArtifactInfo info, upload->Commit());
  response.set_digest(info.digest);
  response.set_size(info.size);
  return absl::OkStatus();
}

absl::Status ArtifactsService::DoDownload(
    const v1::DownloadRequest& request,
    grpc::ServerWriter<v1::DownloadResponse>& writer) {
  MIV_RETURN_IF_ERROR(CheckDigest(request.digest()));
  if (request.offset() < 0) {
    return Malformed("offset", "0 or more", absl::StrCat(request.offset()));
  }
  std::int64_t offset = request.offset();
  v1::DownloadResponse part;
  do {
    MIV_ASSIGN_OR_RETURN(std::string bytes,
                         artifacts_.Read(request.digest(), offset, kChunk));
    if (bytes.empty()) break;
    offset += static_cast<std::int64_t>(bytes.size());
    part.set_chunk(std::move(bytes));
    if (!writer.Write(part)) return absl::CancelledError("client left");
  } while (part.chunk().size() == kChunk);
  return absl::OkStatus();
}

absl::Status ArtifactsService::DoStat(const v1::StatRequest& request,
                                      v1::StatResponse& response) {
  MIV_RETURN_IF_ERROR(CheckDigest(request.digest()));
  MIV_ASSIGN_OR_RETURN(const ArtifactStat stat,
                       artifacts_.Stat(request.digest()));
  response.set_present(stat.present);
  response.set_size(stat.size);
  response.set_directory(stat.directory);
  response.set_committed(stat.committed);
  return absl::OkStatus();
}

}  // namespace miv::server
