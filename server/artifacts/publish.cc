// Taking in what groups wrote, and giving artifacts out as files.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/cleanup/cleanup.h"
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

namespace fs = std::filesystem;

// Moves the open file to `incoming`.  False: it has to be copied (it is on
// another file system, or has other names that would stay writable).
bool MoveIn(const OpenFile& source, const std::string& incoming) {
  if (source.links != 1) return false;
  if (::renameat(source.parent.get(), source.base.c_str(), AT_FDCWD,
                 incoming.c_str()) != 0)
    return false;
  struct stat opened, moved;
  if (::fstat(source.file.get(), &opened) != 0 ||
      ::lstat(incoming.c_str(), &moved) != 0)
    return false;
  // The name may have come to mean another file since it was opened.
  const bool same =
      opened.st_ino == moved.st_ino && opened.st_dev == moved.st_dev;
  if (same && (::geteuid() != 0 || ::fchown(source.file.get(), 0, 0) == 0))
    return true;
  ::unlink(incoming.c_str());
  return false;
}

// Where a file that was moved keeps a name that a later process finds again,
// until somebody has noted its digest.
std::string MovedPath(const std::string& root, const std::string& directory,
                      const std::string& name) {
  const std::string digest = DigestOf(absl::StrCat(directory, "/", name));
  return absl::StrCat(root, "/incoming/moved-",
                      digest.substr(digest.find(':') + 1));
}

absl::Status CopyIn(const OpenFile& source, const std::string& incoming) {
  ::unlink(incoming.c_str());
  MIV_ASSIGN_OR_RETURN(const Fd target, CreateFile(incoming, 0600));
  return CopyContent(source.file.get(), target.get(), incoming);
}

// For readers of another user, whatever the umask.
absl::Status MakeReadable(const std::string& directory) {
  if (::chmod(directory.c_str(), 0755) == 0) return absl::OkStatus();
  return FileError("change the mode of", directory, errno);
}

// The directory and its parents; those that exist stay as they are.
absl::Status MakeReadableDirectories(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return absl::OkStatus();
  MIV_RETURN_IF_ERROR(
      MakeReadableDirectories(fs::path(path).parent_path().string()));
  if (::mkdir(path.c_str(), 0755) == 0) return MakeReadable(path);
  if (errno == EEXIST) return absl::OkStatus();  // made by another thread
  return FileError("create directory", path, errno);
}

// Regular files below `directory`, hidden ones included, in any order.
absl::StatusOr<std::vector<std::string>> AllFiles(
    const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    const fs::file_status status = entry->symlink_status(error);
    if (error || fs::is_directory(status)) continue;
    files.push_back(entry->path().lexically_relative(directory).string());
  }
  if (error) return FileError("list", directory, error.value());
  return files;
}

}  // namespace

absl::StatusOr<ArtifactInfo> ArtifactStore::PublishFile(
    const std::string& directory, const std::string& name, PublishMode mode) {
  const bool may_move = mode == PublishMode::kRename;
  const std::string moved = MovedPath(options_.root, directory, name);
  auto opened = OpenBeneath(directory, name);
  if (may_move && absl::IsNotFound(opened.status()) &&
      ::access(moved.c_str(), F_OK) == 0)
    return TakeMoved(moved);
  MIV_ASSIGN_OR_RETURN(const OpenFile source, std::move(opened));
  if (may_move && MoveIn(source, moved)) return TakeMoved(moved);
  const std::string incoming = NewIncomingPath();
  const absl::Cleanup remove = [&] { ::unlink(incoming.c_str()); };
  MIV_RETURN_IF_ERROR(CopyIn(source, incoming));
  if (::chmod(incoming.c_str(), 0400) != 0)
    return FileError("change the mode of", incoming, errno);
  MIV_ASSIGN_OR_RETURN(const FileDigest found, DigestOfFile(incoming));
  MIV_RETURN_IF_ERROR(Place(incoming, found.digest, /*directory=*/false));
  return ArtifactInfo{found.digest, found.size, false};
}

void ArtifactStore::ForgetMoved(const std::string& directory,
                                const std::string& name) {
  ::unlink(MovedPath(options_.root, directory, name).c_str());
}

absl::StatusOr<ArtifactInfo> ArtifactStore::TakeMoved(
    const std::string& moved) {
  // As in its place: the two names may share the file already.
  if (::chmod(moved.c_str(), 0444) != 0)
    return FileError("change the mode of", moved, errno);
  MIV_ASSIGN_OR_RETURN(const FileDigest found, DigestOfFile(moved));
  MIV_RETURN_IF_ERROR(
      Place(moved, found.digest, /*directory=*/false, /*keep=*/true));
  return ArtifactInfo{found.digest, found.size, false};
}

absl::StatusOr<ArtifactInfo> ArtifactStore::PublishDirectory(
    const std::string& directory, const std::string& name) {
  MIV_RETURN_IF_ERROR(CheckRelativePath(name));
  MIV_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                       AllFiles(absl::StrCat(directory, "/", name)));
  std::vector<ManifestEntry> entries;
  for (const std::string& file : files) {
    const std::string path = absl::StrCat(name, "/", file);
    MIV_ASSIGN_OR_RETURN(const OpenFile source, OpenBeneath(directory, path));
    MIV_ASSIGN_OR_RETURN(const ArtifactInfo info,
                         PublishFile(directory, path, PublishMode::kCopy));
    entries.push_back({.path = file,
                       .digest = info.digest,
                       .size = info.size,
                       .executable = source.executable});
  }
  const std::string manifest = FormatDirectoryManifest(std::move(entries));
  MIV_RETURN_IF_ERROR(ParseDirectoryManifest(manifest).status());
  return TakeIn(manifest, /*directory=*/true);
}

absl::StatusOr<ArtifactInfo> ArtifactStore::PublishBytes(
    absl::string_view bytes) {
  return TakeIn(bytes, /*directory=*/false);
}

absl::StatusOr<ArtifactInfo> ArtifactStore::TakeIn(absl::string_view bytes,
                                                   bool directory) {
  const std::string incoming = NewIncomingPath();
  const absl::Cleanup remove = [&] { ::unlink(incoming.c_str()); };
  {
    MIV_ASSIGN_OR_RETURN(const Fd file, CreateFile(incoming, 0600));
    MIV_RETURN_IF_ERROR(WriteAll(file.get(), bytes, incoming));
  }
  const std::string digest = DigestOf(bytes);
  MIV_RETURN_IF_ERROR(Place(incoming, digest, directory));
  return ArtifactInfo{digest, static_cast<std::int64_t>(bytes.size()),
                      directory};
}

absl::Status ArtifactStore::PlaceFile(absl::string_view digest,
                                      const std::string& destination,
                                      bool executable, PlaceMode mode) const {
  const std::string source = PathOf(digest);
  if (mode == PlaceMode::kLink && !executable) {
    if (::link(source.c_str(), destination.c_str()) == 0)
      return absl::OkStatus();
    if (errno != EXDEV && errno != EMLINK && errno != EPERM)
      return FileError("link", destination, errno);
  }
  return CopyFile(source, destination, executable ? 0555 : 0444);
}

absl::Status ArtifactStore::PlaceDirectory(absl::string_view digest,
                                           const std::string& destination,
                                           PlaceMode mode) const {
  MIV_ASSIGN_OR_RETURN(const std::string manifest, ReadFile(PathOf(digest)));
  auto files = ParseDirectoryManifest(manifest);
  if (!files.ok())
    return absl::DataLossError(
        absl::StrCat("artifact ", digest, ": ", files.status().message()));
  if (::mkdir(destination.c_str(), 0755) != 0)
    return FileError("create directory", destination, errno);
  MIV_RETURN_IF_ERROR(MakeReadable(destination));
  for (const ManifestEntry& file : *files) {
    const std::string path = absl::StrCat(destination, "/", file.path);
    MIV_RETURN_IF_ERROR(
        MakeReadableDirectories(fs::path(path).parent_path().string()));
    MIV_RETURN_IF_ERROR(PlaceFile(file.digest, path, file.executable, mode));
  }
  return absl::OkStatus();
}

absl::Status ArtifactStore::Materialise(absl::string_view digest,
                                        const std::string& destination,
                                        PlaceMode mode) const {
  MIV_ASSIGN_OR_RETURN(const ArtifactStat stat, Stat(digest));
  if (!stat.present)
    return absl::NotFoundError(absl::StrCat("there is no artifact ", digest));
  std::error_code error;
  if (fs::exists(fs::symlink_status(destination, error)))
    return absl::AlreadyExistsError(
        absl::StrCat(destination, " exists already"));
  MIV_RETURN_IF_ERROR(MakeReadableDirectories(
      fs::absolute(destination, error).parent_path().string()));
  const absl::Status status = stat.directory
                                  ? PlaceDirectory(digest, destination, mode)
                                  : PlaceFile(digest, destination, false, mode);
  if (!status.ok() && !absl::IsAlreadyExists(status))
    RemoveTree(destination).IgnoreError();
  return status;
}

}  // namespace miv::server
