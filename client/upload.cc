#include "client/upload.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

/// Names per FindMissing call: 72 bytes each, far below the 4 MiB of a message.
constexpr std::size_t kDigestsPerCall = 10'000;

/// The bytes of a blob by offset.
class Source {
 public:
  static absl::StatusOr<Source> Open(const Blob& blob) {
    if (blob.directory()) return Source(&blob, -1);
    const int fd = ::open(blob.path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      return absl::NotFoundError(
          absl::StrCat("cannot read ", blob.label, ": ", std::strerror(errno)));
    return Source(&blob, fd);
  }
  Source(Source&& other) noexcept
      : blob_(other.blob_), fd_(std::exchange(other.fd_, -1)) {}
  ~Source() {
    if (fd_ >= 0) ::close(fd_);
  }

  /// At most `size` bytes; none at the end.
  absl::StatusOr<std::string> Read(std::int64_t offset, std::int64_t size) {
    if (fd_ < 0)
      return blob_->manifest.substr(static_cast<std::size_t>(offset),
                                    static_cast<std::size_t>(size));
    std::string bytes(static_cast<std::size_t>(size), '\0');
    const ssize_t got = ::pread(fd_, bytes.data(), bytes.size(), offset);
    if (got < 0)
      return absl::DataLossError(absl::StrCat("cannot read ", blob_->label,
                                              ": ", std::strerror(errno)));
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

 private:
  Source(const Blob* blob, int fd) : blob_(blob), fd_(fd) {}
  const Blob* blob_;
  int fd_;
};

absl::Status FileChanged(const Blob& blob) {
  return MakeStatus(absl::StatusCode::kFailedPrecondition,
                    {.reason = "FILE_CHANGED",
                     .file = blob.label,
                     .what = "the file changed while it was being uploaded",
                     .remedy = "Submit again when nothing writes to it."});
}

class Uploader {
 public:
  Uploader(Connection& connection, const UploadOptions& options)
      : connection_(connection), options_(options) {}

  absl::Status UploadAll(const std::vector<const Blob*>& blobs) {
    for (const Blob* blob : blobs) progress_.total_bytes += blob->size;
    progress_.total_files = static_cast<std::int64_t>(blobs.size());
    for (const Blob* blob : blobs) MIV_RETURN_IF_ERROR(UploadOne(*blob));
    return absl::OkStatus();
  }

 private:
  absl::Status UploadOne(const Blob& blob) {
    MIV_ASSIGN_OR_RETURN(Source source, Source::Open(blob));
    Backoff backoff = connection_.NewBackoff();
    const std::int64_t before = progress_.done_bytes;
    std::int64_t offset = 0;
    // A blob of one message has nothing to resume: no question beforehand.
    bool ask = blob.size > options_.chunk_bytes;
    while (true) {
      if (ask) {
        MIV_ASSIGN_OR_RETURN(const auto stat, Stat(blob));
        if (stat.present()) break;
        if (stat.committed() > offset) backoff.Reset();
        offset = stat.committed();
      }
      progress_.done_bytes = before + offset;
      const absl::Status status = Send(blob, source, offset);
      if (status.ok()) break;
      if (options_.stop.stop_requested())
        return absl::CancelledError("stopped by the user");
      // Aborted: an earlier stream of ours that the server still held open.
      if (!absl::IsUnavailable(status) && !absl::IsAborted(status))
        return WithContext(status, {.file = blob.label});
      if (!WaitForRetry(backoff, options_.stop)) return status;
      ask = true;
    }
    progress_.done_bytes = before + blob.size;
    ++progress_.done_files;
    Report(blob);
    return absl::OkStatus();
  }

  absl::StatusOr<v1::StatResponse> Stat(const Blob& blob) {
    v1::StatRequest request;
    request.set_digest(blob.digest);
    v1::StatResponse response;
    MIV_RETURN_IF_ERROR(connection_.Run(
        {.stop = options_.stop}, [&](grpc::ClientContext& context) {
          return connection_.artifacts().Stat(&context, request, &response);
        }));
    return response;
  }

  /// One attempt from `offset` to the end.
  absl::Status Send(const Blob& blob, Source& source, std::int64_t offset) {
    grpc::ClientContext context;
    connection_.Prepare(context, absl::InfiniteDuration());
    std::stop_callback cancel(options_.stop, [&] { context.TryCancel(); });
    v1::UploadResponse response;
    const auto stream = connection_.artifacts().Upload(&context, &response);
    v1::UploadRequest request;
    auto* header = request.mutable_header();
    header->set_digest(blob.digest);
    header->set_size(blob.size);
    header->set_offset(offset);
    header->set_directory(blob.directory());
    bool open = stream->Write(request);
    absl::Status read;
    while (open && offset < blob.size) {
      auto bytes = source.Read(
          offset, std::min(options_.chunk_bytes, blob.size - offset));
      read = bytes.ok() && bytes->empty() ? FileChanged(blob) : bytes.status();
      if (!read.ok()) {
        context.TryCancel();
        break;
      }
      offset += static_cast<std::int64_t>(bytes->size());
      progress_.done_bytes += static_cast<std::int64_t>(bytes->size());
      request.set_chunk(*std::move(bytes));
      open = stream->Write(request);
      Report(blob);
    }
    if (open) stream->WritesDone();
    const absl::Status sent = connection_.Explain(stream->Finish());
    if (!read.ok()) return read;
    return absl::IsDataLoss(sent) ? FileChanged(blob) : sent;
  }

  void Report(const Blob& blob) {
    progress_.name = blob.label;
    if (options_.progress) options_.progress(progress_);
  }

  Connection& connection_;
  const UploadOptions& options_;
  TransferProgress progress_;
};

absl::StatusOr<std::set<std::string>> FindMissing(
    Connection& connection, const std::vector<Blob>& blobs,
    const std::stop_token& stop) {
  std::set<std::string> missing;
  for (std::size_t begin = 0; begin < blobs.size(); begin += kDigestsPerCall) {
    v1::FindMissingRequest request;
    const auto end = std::min(begin + kDigestsPerCall, blobs.size());
    for (auto k = begin; k < end; ++k) request.add_digests(blobs[k].digest);
    v1::FindMissingResponse response;
    MIV_RETURN_IF_ERROR(
        connection.Run({.stop = stop}, [&](grpc::ClientContext& context) {
          return connection.artifacts().FindMissing(&context, request,
                                                    &response);
        }));
    missing.insert(response.digests().begin(), response.digests().end());
  }
  return missing;
}

}  // namespace

absl::StatusOr<std::int64_t> UploadMissing(Connection& connection,
                                           const std::vector<Blob>& blobs,
                                           const UploadOptions& options) {
  if (blobs.empty()) return 0;
  MIV_ASSIGN_OR_RETURN(auto missing,
                       FindMissing(connection, blobs, options.stop));
  std::vector<const Blob*> wanted;
  for (const Blob& blob : blobs)
    if (missing.erase(blob.digest) > 0) wanted.push_back(&blob);
  std::stable_partition(wanted.begin(), wanted.end(),
                        [](const Blob* blob) { return !blob->directory(); });
  MIV_RETURN_IF_ERROR(Uploader(connection, options).UploadAll(wanted));
  return static_cast<std::int64_t>(wanted.size());
}

}  // namespace miv::client
