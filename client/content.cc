#include "client/content.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "absl/strings/str_split.h"
#include "common/base/digest.h"
#include "common/base/directory_manifest.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

constexpr std::array<absl::string_view, 4> kBuildFolders = {
    "x86_64", "aarch64", "arm64", "__pycache__"};

bool IsBuildProduct(absl::string_view relative) {
  const std::vector<absl::string_view> parts = absl::StrSplit(relative, '/');
  return std::any_of(parts.begin(), parts.end() - 1, [](auto folder) {
    return std::find(kBuildFolders.begin(), kBuildFolders.end(), folder) !=
           kBuildFolders.end();
  });
}

bool IsExecutable(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & S_IXUSR) != 0;
}

}  // namespace

absl::StatusOr<Blob> BlobOfFile(const std::string& path,
                                const std::string& label) {
  MIV_ASSIGN_OR_RETURN(const FileDigest file, DigestOfFile(path));
  return Blob{
      .digest = file.digest, .size = file.size, .label = label, .path = path};
}

absl::StatusOr<std::vector<Blob>> BlobsOfDirectory(const std::string& path,
                                                   const std::string& label) {
  MIV_ASSIGN_OR_RETURN(const auto files, ListFiles(path));
  std::vector<Blob> blobs;
  std::vector<ManifestEntry> entries;
  for (const auto& relative : files) {
    if (IsBuildProduct(relative)) continue;
    const std::string file = JoinPath(path, relative);
    MIV_ASSIGN_OR_RETURN(Blob blob,
                         BlobOfFile(file, JoinPath(label, relative)));
    entries.push_back({.path = relative,
                       .digest = blob.digest,
                       .size = blob.size,
                       .executable = IsExecutable(file)});
    blobs.push_back(std::move(blob));
  }
  std::string manifest = FormatDirectoryManifest(std::move(entries));
  blobs.push_back({.digest = DigestOf(manifest),
                   .size = static_cast<std::int64_t>(manifest.size()),
                   .label = label,
                   .manifest = std::move(manifest)});
  return blobs;
}

absl::StatusOr<std::vector<Blob>> BlobsOfPath(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return BlobsOfDirectory(path, path);
  MIV_ASSIGN_OR_RETURN(Blob blob, BlobOfFile(path, path));
  return std::vector<Blob>{std::move(blob)};
}

}  // namespace miv::client
