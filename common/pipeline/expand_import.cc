#include "common/pipeline/expand_import.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/pipeline/kinds.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr char kForest[] = "generate_synapse_forest";
constexpr char kOthers[] = "default";

bool IsSwc(absl::string_view path) {
  return absl::EndsWithIgnoreCase(path, ".swc");
}

// Cells first .. last have a file of the directory.
struct Claim {
  std::int64_t first, last;
  std::string key;  // as written
  std::string file;

  json Gids() const {
    return first == last ? json(first) : json(absl::StrCat(first, "-", last));
  }
};

absl::Status CheckFileName(const std::string& field, const std::string& file) {
  const std::vector<absl::string_view> parts = absl::StrSplit(file, '/');
  const bool leaves =
      file.starts_with('/') ||
      std::find(parts.begin(), parts.end(), "..") != parts.end();
  if (!leaves && IsSwc(file)) return absl::OkStatus();
  return InvalidInput({.reason = "BAD_NAME",
                       .field = field,
                       .what = "not a file of the directory",
                       .expected = "a path below it that ends in .swc",
                       .found = Show(file)});
}

absl::StatusOr<Claim> ParseClaim(const std::string& field,
                                 const std::string& key, const json& file) {
  if (!file.is_string())
    return InvalidInput({.reason = "WRONG_TYPE",
                         .field = field,
                         .what = "a cell has one morphology",
                         .expected = "one SWC file; several for \"default\"",
                         .found = Show(file)});
  Claim claim{0, 0, key, file};
  const std::vector<std::string> ends = absl::StrSplit(key, '-');
  const auto number = [](const std::string& text, std::int64_t& value) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
           absl::SimpleAtoi(text, &value);
  };
  if (ends.size() <= 2 && number(ends.front(), claim.first) &&
      number(ends.back(), claim.last) && claim.first <= claim.last)
    return claim;
  return InvalidInput({.reason = "WRONG_TYPE",
                       .field = field,
                       .what = "not a range of gids",
                       .expected = "a gid, \"first-last\" or \"default\"",
                       .found = Show(key)});
}

// The import of one directory as the list of morphologies of a forest.
class Directory {
 public:
  Directory(Expansion& expansion, std::string path, std::string directory)
      : expansion_(expansion),
        path_(std::move(path)),
        directory_(std::move(directory)) {}

  absl::StatusOr<json> Morphologies(const json& gids) {
    std::vector<Claim> claims;
    for (const auto& [key, file] : gids.items()) {
      if (key == kOthers) continue;
      MIV_ASSIGN_OR_RETURN(claims.emplace_back(),
                           ParseClaim(FieldPath(Gids(), key), key, file));
    }
    std::sort(claims.begin(), claims.end(), [](const auto& a, const auto& b) {
      return std::tie(a.first, a.last, a.key) <
             std::tie(b.first, b.last, b.key);
    });
    for (const Claim& claim : claims) MIV_RETURN_IF_ERROR(Add(claim));
    if (gids.contains(kOthers)) MIV_RETURN_IF_ERROR(AddOthers(gids[kOthers]));
    return std::move(list_);
  }

 private:
  std::string Gids() const { return FieldPath(path_, "gids"); }
  std::string Entry(std::size_t index, const char* field) const {
    return FieldPath(FieldPath(FieldPath(path_, "morphology"), index), field);
  }

  absl::Status Add(const Claim& claim) {
    const std::string field = FieldPath(Gids(), claim.key);
    MIV_RETURN_IF_ERROR(CheckFileName(field, claim.file));
    const auto [known, fresh] = entries_.emplace(claim.file, list_.size());
    if (fresh) {
      list_.push_back({{"file", JoinPath(directory_, claim.file)},
                       {"gids", json::array()}});
      expansion_.AddOrigin(Entry(known->second, "file"), field);
    }
    json& gids = list_[known->second]["gids"];
    expansion_.AddOrigin(FieldPath(Entry(known->second, "gids"), gids.size()),
                         field);
    gids.push_back(claim.Gids());
    return absl::OkStatus();
  }

  absl::Status AddOthers(const json& files) {
    const std::string field = FieldPath(Gids(), kOthers);
    const json all = files.is_array() ? files : json::array({files});
    for (const json& file : all) {
      MIV_RETURN_IF_ERROR(CheckFileName(field, file));
      expansion_.AddOrigin(Entry(list_.size(), "file"), field);
      list_.push_back({{"file", JoinPath(directory_, file)}});
    }
    return absl::OkStatus();
  }

  Expansion& expansion_;
  const std::string path_;  // of the config
  const std::string directory_;
  json list_ = json::array();
  std::map<std::string, std::size_t> entries_;  // by file
};

absl::Status Conflict(const std::string& field, std::string what,
                      std::string remedy) {
  return InvalidInput({.reason = "CONFLICT",
                       .field = field,
                       .what = std::move(what),
                       .remedy = std::move(remedy)});
}

bool StandsForForest(const json& config) {
  if (!config.contains("stands_for")) return config.contains("gids");
  const auto kind = FindKind(config["stands_for"].get<std::string>());
  return kind.ok() && (*kind)->name == kForest;
}

absl::Status Expand(Expansion& expansion, StepSpec& step) {
  const std::string path = FieldPath(FieldPath("steps", step.name), "config");
  json config = step.config.is_null() ? json::object() : step.config;
  MIV_RETURN_IF_ERROR(ApplySchema(KindNamed("import").config, path, config));
  const std::string file = config["file"];
  const bool directory = config.contains("gids");
  if (directory && !StandsForForest(config))
    return Conflict(FieldPath(path, "gids"),
                    "only the trees of a forest are listed by gid",
                    "Write stands_for: generate_synapse_forest.");
  if (directory && IsSwc(file))
    return Conflict(FieldPath(path, "gids"),
                    "a single SWC file is the tree of every cell",
                    "Remove gids, or name a directory as file.");
  if (!StandsForForest(config) || !(directory || IsSwc(file)))
    return absl::OkStatus();
  json morphology = file;
  if (directory) {
    MIV_ASSIGN_OR_RETURN(
        morphology,
        Directory(expansion, path, file).Morphologies(config["gids"]));
  }
  expansion.AddOrigin(FieldPath(path, "morphology"),
                      FieldPath(path, directory ? "gids" : "file"));
  for (const char* field : {"file", "stands_for", "gids"}) config.erase(field);
  config["morphology"] = std::move(morphology);
  step.kind = kForest;
  step.config = std::move(config);
  return absl::OkStatus();
}

}  // namespace

bool IsImportKind(absl::string_view kind) {
  return BareKindName(kind) == "import";
}

absl::Status ExpandSwcImports(Expansion& expansion) {
  for (StepSpec& step : expansion.spec.steps) {
    if (!IsImportKind(step.kind)) continue;
    if (const auto status = Expand(expansion, step); !status.ok())
      return WithContext(status, {.step = step.name});
  }
  return absl::OkStatus();
}

}  // namespace miv::pipeline
