#include "client/download.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

absl::Status CannotWrite(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot write ", path, ": ", std::strerror(errno)));
}

/// A file that grows and knows the digest of what it holds.
class PartialFile {
 public:
  /// Goes on after what is there.
  static absl::StatusOr<PartialFile> Open(const std::string& path) {
    PartialFile part(path);
    part.file_.reset(std::fopen(path.c_str(), "ab+"));
    if (part.file_ == nullptr) return CannotWrite(path);
    std::rewind(part.file_.get());
    std::vector<char> buffer(1 << 20);
    while (const std::size_t got =
               std::fread(buffer.data(), 1, buffer.size(), part.file_.get())) {
      part.sha_.Update(buffer.data(), got);
      part.size_ += static_cast<std::int64_t>(got);
    }
    return part;
  }

  absl::Status Append(const std::string& bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
      return CannotWrite(path_);
    sha_.Update(bytes);
    size_ += static_cast<std::int64_t>(bytes.size());
    return absl::OkStatus();
  }

  /// Verifies and takes the final name.
  absl::Status Finish(const std::string& digest, const std::string& target) {
    if (std::fflush(file_.get()) != 0) return CannotWrite(path_);
    file_.reset();
    const std::string found = sha_.Finish();
    if (found == digest) {
      if (std::rename(path_.c_str(), target.c_str()) != 0)
        return CannotWrite(target);
      return absl::OkStatus();
    }
    std::remove(path_.c_str());
    return MakeStatus(absl::StatusCode::kDataLoss,
                      {.reason = "DIGEST_MISMATCH",
                       .file = target,
                       .what = "what was downloaded is not what was asked for",
                       .expected = digest,
                       .found = found,
                       .remedy = "Fetch again: it starts from the beginning."});
  }

  std::int64_t size() const { return size_; }

 private:
  explicit PartialFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
  File file_;
  Sha256 sha_;
  std::int64_t size_ = 0;
};

void Advance(const DownloadOptions& options, std::int64_t bytes) {
  if (options.progress) options.progress(bytes);
}

/// One attempt, from where the part ends.
absl::Status Receive(Connection& connection, const std::string& digest,
                     PartialFile& part, const DownloadOptions& options) {
  grpc::ClientContext context;
  connection.Prepare(context, absl::InfiniteDuration());
  std::stop_callback cancel(options.stop, [&] { context.TryCancel(); });
  v1::DownloadRequest request;
  request.set_digest(digest);
  request.set_offset(part.size());
  const auto stream = connection.artifacts().Download(&context, request);
  v1::DownloadResponse response;
  absl::Status written;
  while (written.ok() && stream->Read(&response)) {
    written = part.Append(response.chunk());
    Advance(options, static_cast<std::int64_t>(response.chunk().size()));
  }
  if (!written.ok()) context.TryCancel();
  const absl::Status received = connection.Explain(stream->Finish());
  return written.ok() ? received : written;
}

/// From where the part ends to the verified file, with retries.
absl::Status DownloadRest(Connection& connection, const std::string& digest,
                          const std::string& path, PartialFile& part,
                          const DownloadOptions& options) {
  Backoff backoff = connection.NewBackoff();
  while (true) {
    const std::int64_t before = part.size();
    const absl::Status status = Receive(connection, digest, part, options);
    if (status.ok() || absl::IsOutOfRange(status))
      return part.Finish(digest, path);
    if (options.stop.stop_requested())
      return absl::CancelledError("stopped by the user");
    if (!absl::IsUnavailable(status)) return status;
    if (part.size() > before) backoff.Reset();
    if (!WaitForRetry(backoff, options.stop)) return status;
  }
}

}  // namespace

absl::Status DownloadFile(Connection& connection, const std::string& digest,
                          const std::string& path,
                          const DownloadOptions& options) {
  // A bare file name has no parent: it goes where the program runs.
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) MIV_RETURN_IF_ERROR(MakeDirectories(folder.string()));
  const std::string part_path = absl::StrCat(path, ".part");
  MIV_ASSIGN_OR_RETURN(PartialFile part, PartialFile::Open(part_path));
  const std::int64_t left_over = part.size();
  if (left_over > 0) Advance(options, left_over);
  const absl::Status status =
      DownloadRest(connection, digest, path, part, options);
  if (!absl::IsDataLoss(status) || left_over == 0) return status;
  // What lay there was of something else.
  Advance(options, -part.size());
  MIV_ASSIGN_OR_RETURN(part, PartialFile::Open(part_path));
  return DownloadRest(connection, digest, path, part, options);
}

absl::StatusOr<v1::StatResponse> StatArtifact(Connection& connection,
                                              const std::string& digest,
                                              const std::stop_token& stop) {
  v1::StatRequest request;
  request.set_digest(digest);
  v1::StatResponse response;
  MIV_RETURN_IF_ERROR(
      connection.Run({.stop = stop}, [&](grpc::ClientContext& context) {
        return connection.artifacts().Stat(&context, request, &response);
      }));
  if (response.present()) return response;
  return MakeStatus(
      absl::StatusCode::kNotFound,
      {.reason = "ARTIFACT_GONE",
       .what = absl::StrCat("the server no longer holds ", digest),
       .remedy = "Submit the pipeline again: the step is rebuilt."});
}

}  // namespace miv::client
