#include "client/artifact_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/content.h"
#include "client/download.h"
#include "common/base/digest.h"
#include "common/base/directory_manifest.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

namespace fs = std::filesystem;

bool HoldsFile(const std::string& path, const std::string& digest,
               std::int64_t size) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error || static_cast<std::int64_t>(bytes) != size) return false;
  const auto found = DigestOfFile(path);
  return found.ok() && found->digest == digest;
}

class Fetcher {
 public:
  Fetcher(Connection& connection, const ArtifactOptions& options)
      : connection_(connection), options_(options) {}

  /// True if the file was there already.
  absl::StatusOr<bool> FetchFile(const std::string& digest, std::int64_t size,
                                 const std::string& path) {
    if (HoldsFile(path, digest, size)) {
      if (options_.progress) options_.progress(size);
      return true;
    }
    MIV_RETURN_IF_ERROR(
        DownloadFile(connection_, digest, path,
                     {.progress = options_.progress, .stop = options_.stop}));
    return false;
  }

  absl::StatusOr<bool> FetchDirectory(const std::string& digest,
                                      std::int64_t size,
                                      const std::string& path) {
    MIV_ASSIGN_OR_RETURN(const auto entries, FetchManifest(digest, size, path));
    if (options_.on_members)
      for (const auto& entry : entries) options_.on_members(entry.size);
    MIV_RETURN_IF_ERROR(MakeDirectories(path));
    bool all_there = true;
    for (const auto& entry : entries) {
      const std::string member = JoinPath(path, entry.path);
      MIV_ASSIGN_OR_RETURN(const bool there,
                           FetchFile(entry.digest, entry.size, member));
      if (entry.executable) ::chmod(member.c_str(), 0755);
      all_there = all_there && there;
    }
    return all_there;
  }

 private:
  absl::StatusOr<std::vector<ManifestEntry>> FetchManifest(
      const std::string& digest, std::int64_t size, const std::string& path) {
    const std::string file = absl::StrCat(path, ".manifest");
    MIV_RETURN_IF_ERROR(FetchFile(digest, size, file).status());
    MIV_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
    MIV_RETURN_IF_ERROR(RemoveTree(file));
    auto entries = ParseDirectoryManifest(bytes);
    if (entries.ok()) return entries;
    return absl::DataLossError(absl::StrCat("the server's directory ", digest,
                                            ": ", entries.status().message()));
  }

  Connection& connection_;
  const ArtifactOptions& options_;
};

}  // namespace

absl::StatusOr<bool> FetchArtifact(Connection& connection,
                                   const std::string& digest,
                                   const std::string& path,
                                   const ArtifactOptions& options) {
  MIV_ASSIGN_OR_RETURN(const auto stat,
                       StatArtifact(connection, digest, options.stop));
  Fetcher fetcher(connection, options);
  return stat.directory() ? fetcher.FetchDirectory(digest, stat.size(), path)
                          : fetcher.FetchFile(digest, stat.size(), path);
}

bool HoldsArtifact(const std::string& path, const std::string& digest) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    const auto found = DigestOfFile(path);
    return found.ok() && found->digest == digest;
  }
  const auto blobs = BlobsOfDirectory(path, path);
  return blobs.ok() && blobs->back().digest == digest;
}

}  // namespace miv::client
