#include "server/artifacts/artifact_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "server/artifacts/file_io.h"

namespace miv::server {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kDirectoryMark = ".dir";
constexpr absl::string_view kPublishPrefix = "publish-";

std::string Hex(absl::string_view digest) {
  return std::string(absl::StripPrefix(digest, "sha256:"));
}

absl::Status Malformed(absl::string_view digest) {
  return InvalidInput({.reason = "MALFORMED_DIGEST",
                       .what = "not a digest",
                       .expected = "\"sha256:\" and 64 hex digits",
                       .found = std::string(digest.substr(0, 80))});
}

// Creates a directory and makes its name durable.
absl::Status MakeDirectoryDurably(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0) {
    if (errno == EEXIST) return absl::OkStatus();
    return FileError("create directory", path, errno);
  }
  return SyncDirectory(fs::path(path).parent_path().string());
}

std::int64_t SizeOf(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return -1;
  return info.st_size;
}

// The artifact that an entry of sha256/ab/ is; false for marks and strangers.
bool InfoOf(const fs::path& path, ArtifactInfo* info) {
  info->digest = absl::StrCat("sha256:", path.parent_path().filename().string(),
                              path.filename().string());
  info->size = SizeOf(path.string());
  info->directory = SizeOf(absl::StrCat(path.string(), kDirectoryMark)) >= 0;
  return IsDigest(info->digest) && info->size >= 0;
}

// Removes the entries of `directory` that `is_stale` names.
template <typename Predicate>
absl::Status RemoveEntries(const std::string& directory, Predicate is_stale) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    if (is_stale(*entry))
      MIV_RETURN_IF_ERROR(RemoveTree(entry->path().string()));
  }
  if (error) return FileError("list", directory, error.value());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArtifactStore>> ArtifactStore::Open(
    ArtifactStoreOptions options) {
  MIV_RETURN_IF_ERROR(MakeDirectories(options.root + "/sha256"));
  MIV_RETURN_IF_ERROR(MakeDirectories(options.root + "/incoming", 0700));
  // Groups get the files that they may read as links elsewhere.
  if (::chmod(options.root.c_str(), 0700) != 0)
    return FileError("change the mode of", options.root, errno);
  // What an earlier process was taking in; uploads stay, to be resumed.
  MIV_RETURN_IF_ERROR(RemoveEntries(
      options.root + "/incoming", [](const fs::directory_entry& entry) {
        return absl::StartsWith(entry.path().filename().string(),
                                kPublishPrefix);
      }));
  return std::unique_ptr<ArtifactStore>(new ArtifactStore(std::move(options)));
}

ArtifactStore::ArtifactStore(ArtifactStoreOptions options)
    : options_(std::move(options)) {}

ArtifactStore::~ArtifactStore() = default;

bool ArtifactStore::Contains(absl::string_view digest) const {
  return IsDigest(digest) && SizeOf(PathOf(digest)) >= 0;
}

std::vector<std::string> ArtifactStore::FindMissing(
    absl::Span<const std::string> digests) const {
  std::vector<std::string> missing;
  for (const std::string& digest : digests)
    if (!Contains(digest)) missing.push_back(digest);
  return missing;
}

absl::StatusOr<ArtifactStat> ArtifactStore::Stat(
    absl::string_view digest) const {
  if (!IsDigest(digest)) return Malformed(digest);
  ArtifactStat stat;
  const std::string path = PathOf(digest);
  const std::int64_t size = SizeOf(path);
  if (size >= 0) {
    stat.present = true;
    stat.size = size;
    stat.directory = SizeOf(absl::StrCat(path, kDirectoryMark)) >= 0;
  }
  stat.committed = std::max<std::int64_t>(0, SizeOf(IncomingPath(digest)));
  return stat;
}

std::string ArtifactStore::PathOf(absl::string_view digest) const {
  if (!IsDigest(digest)) return "";
  const std::string hex = Hex(digest);
  return absl::StrCat(options_.root, "/sha256/", hex.substr(0, 2), "/",
                      hex.substr(2));
}

std::string ArtifactStore::IncomingPath(absl::string_view digest) const {
  return absl::StrCat(options_.root, "/incoming/", Hex(digest));
}

std::string ArtifactStore::NewIncomingPath() {
  absl::MutexLock lock(&mutex_);
  return absl::StrCat(options_.root, "/incoming/", kPublishPrefix, ::getpid(),
                      "-", next_incoming_++);
}

// Moves a complete, verified file to its place; the file is gone from incoming/
// either way, unless it is to be kept there under a second name.
absl::Status ArtifactStore::Place(const std::string& incoming,
                                  absl::string_view digest, bool directory,
                                  bool keep) {
  const std::string path = PathOf(digest);
  const std::string parent = fs::path(path).parent_path().string();
  MIV_RETURN_IF_ERROR(MakeDirectoryDurably(parent));
  if (directory) {
    const std::string mark = absl::StrCat(path, kDirectoryMark);
    const Fd file(::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0444));
    if (!file.valid()) return FileError("create", mark, errno);
  }
  if (SizeOf(path) >= 0) {
    if (!keep) ::unlink(incoming.c_str());
    return SyncDirectory(parent);
  }
  const Fd file(::open(incoming.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return FileError("open", incoming, errno);
  if (::fchmod(file.get(), 0444) != 0)
    return FileError("change the mode of", incoming, errno);
  if (::fsync(file.get()) != 0) return FileError("sync", incoming, errno);
  if (keep ? ::link(incoming.c_str(), path.c_str()) != 0 && errno != EEXIST
           : ::rename(incoming.c_str(), path.c_str()) != 0)
    return FileError("publish as", path, errno);
  return SyncDirectory(parent);
}

absl::StatusOr<std::string> ArtifactStore::Read(absl::string_view digest,
                                                std::int64_t offset,
                                                std::int64_t size) const {
  if (!IsDigest(digest)) return Malformed(digest);
  const std::string path = PathOf(digest);
  const std::int64_t total = SizeOf(path);
  if (total < 0)
    return absl::NotFoundError(absl::StrCat("there is no artifact ", digest));
  if (offset < 0 || offset > total || size < 0)
    return absl::OutOfRangeError(absl::StrCat("artifact ", digest, " has ",
                                              total, " bytes, cannot read ",
                                              size, " from ", offset));
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return FileError("read", path, errno);
  std::string bytes(static_cast<std::size_t>(std::min(size, total - offset)),
                    '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got =
        ::pread(file.get(), bytes.data() + filled, bytes.size() - filled,
                offset + static_cast<std::int64_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return FileError("read", path, got < 0 ? errno : EIO);
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

absl::StatusOr<std::vector<ArtifactInfo>> ArtifactStore::List() const {
  std::vector<ArtifactInfo> found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(options_.root + "/sha256", error),
       end;
       !error && entry != end; entry.increment(error)) {
    ArtifactInfo info;
    if (entry.depth() == 1 && InfoOf(entry->path(), &info))
      found.push_back(std::move(info));
  }
  if (error) return FileError("list", options_.root, error.value());
  std::sort(found.begin(), found.end(),
            [](const ArtifactInfo& a, const ArtifactInfo& b) {
              return a.digest < b.digest;
            });
  return found;
}

absl::Status ArtifactStore::Remove(absl::string_view digest) {
  if (!IsDigest(digest)) return Malformed(digest);
  const std::string path = PathOf(digest);
  for (const std::string& file : {path, absl::StrCat(path, kDirectoryMark)}) {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
      return FileError("remove", file, errno);
  }
  return absl::OkStatus();
}

absl::Status ArtifactStore::RemoveStaleUploads(double age_s) {
  const auto oldest = fs::file_time_type::clock::now() -
                      std::chrono::duration_cast<fs::file_time_type::duration>(
                          std::chrono::duration<double>(age_s));
  return RemoveEntries(options_.root + "/incoming",
                       [&](const fs::directory_entry& entry) {
                         std::error_code error;
                         const auto time = entry.last_write_time(error);
                         return !error && time < oldest;
                       });
}

absl::Status ArtifactStore::CheckSpace(std::int64_t bytes) const {
  struct statvfs info;
  if (::statvfs(options_.root.c_str(), &info) != 0)
    return FileError("examine", options_.root, errno);
  const auto free = static_cast<std::int64_t>(info.f_bavail) *
                    static_cast<std::int64_t>(info.f_frsize);
  if (free - bytes >= options_.low_water_bytes) return absl::OkStatus();
  return MakeStatus(
      absl::StatusCode::kResourceExhausted,
      {.reason = "DISK_LOW",
       .what = "the server's disk is too full to take in more",
       .expected = absl::StrCat(bytes, " bytes and a reserve of ",
                                options_.low_water_bytes),
       .found = absl::StrCat(free, " bytes free"),
       .remedy = "Free space on the file system that holds the server's data "
                 "directory, or lower the reserve in its configuration."});
}

}  // namespace miv::server
