#include "client/content.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/canonical_json.h"
#include "common/base/digest.h"
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

absl::StatusOr<ManifestEntry> ParseEntry(const nlohmann::json& json) {
  const auto has = [&](const char* key, auto test) {
    return json.contains(key) && (json.at(key).*test)();
  };
  using Json = nlohmann::json;
  if (!json.is_object() || !has("path", &Json::is_string) ||
      !has("digest", &Json::is_string) ||
      !has("size", &Json::is_number_integer) ||
      !has("executable", &Json::is_boolean))
    return absl::DataLossError("not an entry of a directory manifest");
  ManifestEntry entry{.path = json.at("path"),
                      .digest = json.at("digest"),
                      .size = json.at("size"),
                      .executable = json.at("executable")};
  if (!StaysInside(entry.path) || !IsDigest(entry.digest) || entry.size < 0)
    return absl::DataLossError(
        absl::StrCat("bad entry \"", entry.path, "\" in a directory manifest"));
  return entry;
}

}  // namespace

bool StaysInside(absl::string_view path) {
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  return std::none_of(parts.begin(), parts.end(), [](auto part) {
    return part.empty() || part == "." || part == "..";
  });
}

std::string ManifestOf(std::vector<ManifestEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  auto files = nlohmann::json::array();
  for (const auto& entry : entries)
    files.push_back({{"path", entry.path},
                     {"digest", entry.digest},
                     {"size", entry.size},
                     {"executable", entry.executable}});
  return CanonicalJson({{"files", std::move(files)}});
}

absl::StatusOr<std::vector<ManifestEntry>> ParseManifest(
    absl::string_view bytes) {
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object() || !json.contains("files") ||
      !json.at("files").is_array())
    return absl::DataLossError("not a directory manifest");
  std::vector<ManifestEntry> entries;
  for (const auto& item : json.at("files")) {
    MIV_ASSIGN_OR_RETURN(entries.emplace_back(), ParseEntry(item));
  }
  return entries;
}

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
  std::string manifest = ManifestOf(std::move(entries));
  blobs.push_back({.digest = DigestOf(manifest),
                   .size = static_cast<std::int64_t>(manifest.size()),
                   .label = label,
                   .manifest = std::move(manifest)});
  return blobs;
}

}  // namespace miv::client
