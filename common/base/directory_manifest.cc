#include "common/base/directory_manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/canonical_json.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"
#include "common/base/text.h"

namespace miv {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxPathBytes = 1024;

absl::Status Bad(absl::string_view where, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "directory manifest: ", where, where.empty() ? "" : ": ", what));
}

absl::StatusOr<ManifestEntry> ParseEntry(const Json& json, std::size_t index) {
  const std::string where = absl::StrCat("files[", index, "]");
  if (!json.is_object() || json.size() != 4 || !json.contains("digest") ||
      !json.contains("executable") || !json.contains("path") ||
      !json.contains("size"))
    return Bad(where, "expected exactly digest, executable, path and size");
  if (!json["digest"].is_string() || !json["path"].is_string() ||
      !json["executable"].is_boolean() || !json["size"].is_number_integer())
    return Bad(where, "a field has the wrong type");
  ManifestEntry entry{.path = json["path"].get<std::string>(),
                      .digest = json["digest"].get<std::string>(),
                      .size = json["size"].get<std::int64_t>(),
                      .executable = json["executable"].get<bool>()};
  if (!IsDigest(entry.digest)) return Bad(where, "digest is malformed");
  if (entry.size < 0) return Bad(where, "size is negative");
  if (absl::Status path = CheckRelativePath(entry.path); !path.ok())
    return Bad(where, path.message());
  return entry;
}

// Sorted bytewise, "a" stands before everything below "a/", but not always
// directly before it ("a", "a.x", "a/b").
absl::Status CheckNoPathIsInAnother(const std::vector<ManifestEntry>& files) {
  const auto by_path = [](const ManifestEntry& entry, absl::string_view path) {
    return entry.path < path;
  };
  for (const ManifestEntry& file : files) {
    const std::string below = file.path + "/";
    const auto next =
        std::lower_bound(files.begin(), files.end(), below, by_path);
    if (next != files.end() && absl::StartsWith(next->path, below))
      return Bad(file.path, "is a file and a directory");
  }
  return absl::OkStatus();
}

}  // namespace

std::string FormatDirectoryManifest(std::vector<ManifestEntry> files) {
  std::sort(files.begin(), files.end(),
            [](const ManifestEntry& a, const ManifestEntry& b) {
              return a.path < b.path;
            });
  Json list = Json::array();
  for (const ManifestEntry& file : files)
    list.push_back({{"digest", file.digest},
                    {"executable", file.executable},
                    {"path", file.path},
                    {"size", file.size}});
  return CanonicalJson({{"files", std::move(list)}});
}

absl::StatusOr<std::vector<ManifestEntry>> ParseDirectoryManifest(
    absl::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.size() != 1 || !json.contains("files") ||
      !json["files"].is_array())
    return Bad("", "expected a JSON object with the list \"files\"");
  std::vector<ManifestEntry> files;
  files.reserve(json["files"].size());
  for (const Json& member : json["files"]) {
    MIV_ASSIGN_OR_RETURN(ManifestEntry entry, ParseEntry(member, files.size()));
    if (!files.empty() && entry.path == files.back().path)
      return Bad(entry.path, "is there twice");
    if (!files.empty() && entry.path < files.back().path)
      return Bad(entry.path, "entries are not sorted by path");
    files.push_back(std::move(entry));
  }
  MIV_RETURN_IF_ERROR(CheckNoPathIsInAnother(files));
  if (FormatDirectoryManifest(files) != text)
    return Bad("", "is not in its canonical form");
  return files;
}

absl::Status CheckRelativePath(absl::string_view path) {
  const auto bad = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("path \"", Shortened(ValidUtf8(path), 80), "\" ", what));
  };
  if (path.empty()) return bad("is empty");
  if (path.size() > kMaxPathBytes) return bad("is longer than 1024 bytes");
  if (path.front() == '/') return bad("is absolute");
  if (ValidUtf8(path) != path) return bad("is not UTF-8");
  if (std::any_of(path.begin(), path.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      }))
    return bad("has a control character");
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty()) return bad("has an empty component");
    if (part == "." || part == "..") return bad("has a . or .. component");
  }
  return absl::OkStatus();
}

}  // namespace miv
