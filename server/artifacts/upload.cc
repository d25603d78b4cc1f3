// Uploads: resumable, verified, one writer at a time per artifact.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/directory_manifest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "server/artifacts/artifact_store.h"
#include "server/artifacts/file_io.h"

namespace miv::server {
namespace {

constexpr std::int64_t kMaxManifestBytes = std::int64_t{16} << 20;

absl::Status CheckHeader(const ArtifactStore::UploadHeader& header) {
  if (!IsDigest(header.digest))
    return InvalidInput({.reason = "MALFORMED_DIGEST",
                         .field = "header.digest",
                         .what = "not a digest",
                         .expected = "\"sha256:\" and 64 hex digits"});
  if (header.size < 0 || header.offset < 0)
    return InvalidInput({.reason = "NEGATIVE_SIZE",
                         .field = "header",
                         .what = "size and offset cannot be negative"});
  if (header.directory && header.size > kMaxManifestBytes)
    return InvalidInput({.reason = "MANIFEST_TOO_LARGE",
                         .field = "header.size",
                         .what = "the directory manifest is too large",
                         .expected = "at most 16 MiB",
                         .found = absl::StrCat(header.size, " bytes")});
  return absl::OkStatus();
}

// Hashes the first `size` bytes of the file; the position ends behind them.
absl::StatusOr<Sha256> HashPrefix(int fd, std::int64_t size,
                                  const std::string& path) {
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (size > 0) {
    const std::size_t want =
        std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(size));
    const ssize_t got = ::read(fd, buffer.data(), want);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return FileError("read", path, got < 0 ? errno : EIO);
    hash.Update(buffer.data(), static_cast<std::size_t>(got));
    size -= got;
  }
  return hash;
}

}  // namespace

// The uploads of one artifact; the one that began last may write.
struct ArtifactStore::Session {
  absl::Mutex mutex;
  std::uint64_t newest ABSL_GUARDED_BY(mutex) = 0;
};

class ArtifactStore::UploadImpl : public ArtifactStore::Upload {
 public:
  UploadImpl(ArtifactStore& store, UploadHeader header,
             std::shared_ptr<Session> session)
      : store_(store),
        header_(std::move(header)),
        path_(store.IncomingPath(header_.digest)),
        session_(std::move(session)) {}

  ~UploadImpl() override {
    absl::MutexLock lock(&store_.mutex_);
    session_.reset();
    const auto found = store_.sessions_.find(header_.digest);
    if (found != store_.sessions_.end() && found->second.use_count() == 1)
      store_.sessions_.erase(found);
  }

  absl::Status Start() {
    absl::MutexLock lock(&session_->mutex);
    number_ = ++session_->newest;
    file_ = Fd(
        ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_.valid()) return FileError("open", path_, errno);
    struct stat info;
    if (::fstat(file_.get(), &info) != 0)
      return FileError("examine", path_, errno);
    if (header_.offset > info.st_size)
      return MakeStatus(
          absl::StatusCode::kOutOfRange,
          {.reason = "UPLOAD_OFFSET_PAST_END",
           .field = "header.offset",
           .what = "the upload cannot continue there",
           .expected = absl::StrCat("at most ", info.st_size),
           .found = absl::StrCat(header_.offset),
           .remedy = "Start at the offset that Stat reports as committed."});
    if (::ftruncate(file_.get(), header_.offset) != 0)
      return FileError("truncate", path_, errno);
    MIV_ASSIGN_OR_RETURN(hash_, HashPrefix(file_.get(), header_.offset, path_));
    received_ = header_.offset;
    return absl::OkStatus();
  }

  absl::Status Append(absl::string_view bytes) override {
    absl::MutexLock lock(&session_->mutex);
    MIV_RETURN_IF_ERROR(CheckNewest());
    if (static_cast<std::int64_t>(bytes.size()) > header_.size - received_)
      return MakeStatus(
          absl::StatusCode::kOutOfRange,
          {.reason = "UPLOAD_TOO_LONG",
           .what = "more bytes than the upload announced",
           .expected = absl::StrCat(header_.size, " bytes"),
           .found = absl::StrCat(received_ + bytes.size(), " bytes")});
    MIV_RETURN_IF_ERROR(WriteAll(file_.get(), bytes, path_));
    hash_->Update(bytes);
    received_ += static_cast<std::int64_t>(bytes.size());
    return absl::OkStatus();
  }

  absl::StatusOr<ArtifactInfo> Commit() override {
    absl::MutexLock lock(&session_->mutex);
    MIV_RETURN_IF_ERROR(CheckNewest());
    ++session_->newest;  // whatever comes, this upload is over
    if (received_ != header_.size)
      return MakeStatus(absl::StatusCode::kFailedPrecondition,
                        {.reason = "UPLOAD_INCOMPLETE",
                         .what = "the upload ended early",
                         .expected = absl::StrCat(header_.size, " bytes"),
                         .found = absl::StrCat(received_, " bytes"),
                         .remedy = "Upload again from the committed offset."});
    MIV_RETURN_IF_ERROR(CheckDigest());
    if (header_.directory) MIV_RETURN_IF_ERROR(CheckMembers());
    MIV_RETURN_IF_ERROR(store_.Place(path_, header_.digest, header_.directory));
    return ArtifactInfo{header_.digest, header_.size, header_.directory};
  }

 private:
  absl::Status CheckNewest() const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(session_->mutex) {
    if (session_->newest == number_) return absl::OkStatus();
    return MakeStatus(absl::StatusCode::kAborted,
                      {.reason = "UPLOAD_TAKEN_OVER",
                       .what = "a newer upload of the same file took over"});
  }

  absl::Status CheckDigest() {
    const std::string found = hash_->Finish();
    if (found == header_.digest) return absl::OkStatus();
    ::unlink(path_.c_str());
    return MakeStatus(absl::StatusCode::kDataLoss,
                      {.reason = "DIGEST_MISMATCH",
                       .what = "the uploaded bytes are not the announced ones",
                       .expected = header_.digest,
                       .found = found,
                       .remedy = "The file changed or was damaged on its way; "
                                 "upload it again from the start."});
  }

  absl::Status CheckMembers() {
    MIV_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path_));
    auto files = ParseDirectoryManifest(bytes);
    if (!files.ok()) {
      ::unlink(path_.c_str());
      return InvalidInput({.reason = "MALFORMED_MANIFEST",
                           .what = std::string(files.status().message())});
    }
    for (const ManifestEntry& file : *files) {
      MIV_ASSIGN_OR_RETURN(const ArtifactStat member, store_.Stat(file.digest));
      if (member.present && member.size == file.size) continue;
      return MakeStatus(
          absl::StatusCode::kFailedPrecondition,
          {.reason = "MANIFEST_MEMBER_MISSING",
           .file = file.path,
           .what = member.present ? "the manifest gives a wrong size"
                                  : "the server does not hold this file",
           .expected = absl::StrCat(file.digest, " of ", file.size, " bytes"),
           .found = member.present ? absl::StrCat(member.size, " bytes")
                                   : std::string("nothing"),
           .remedy = "Upload the directory's files before its manifest."});
    }
    return absl::OkStatus();
  }

  ArtifactStore& store_;
  const UploadHeader header_;
  const std::string path_;
  std::shared_ptr<Session> session_;
  std::uint64_t number_ = 0;
  Fd file_;
  std::optional<Sha256> hash_;
  std::int64_t received_ = 0;
};

absl::StatusOr<std::unique_ptr<ArtifactStore::Upload>>
ArtifactStore::BeginUpload(const UploadHeader& header) {
  MIV_RETURN_IF_ERROR(CheckHeader(header));
  MIV_RETURN_IF_ERROR(CheckSpace(header.size - header.offset));
  std::shared_ptr<Session> session;
  {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<Session>& slot = sessions_[header.digest];
    if (slot == nullptr) slot = std::make_shared<Session>();
    session = slot;
  }
  auto upload = std::make_unique<UploadImpl>(*this, header, session);
  session.reset();
  MIV_RETURN_IF_ERROR(upload->Start());
  return upload;
}

}  // namespace miv::server
