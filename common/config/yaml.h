#pragma once

// YAML with memory of where every value was written.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/config/source_map.h"

namespace miv::config {

struct Document {
  nlohmann::json value;
  SourceMap sources;
  /// Every file that was read, in order of first use; [0] is the document.
  std::vector<std::string> files;
};

/// Reads a YAML 1.2 file (JSON is YAML).
///
///   Plain scalars become null, bool, integer, double or string by the core
///   schema; quoted ones stay strings.  Integers beyond 64 bits are doubles.
///   `!include FILE` and a string that reads from_file('FILE') are replaced by
///   the parsed content of FILE, relative to the file they stand in.  Nothing
///   is evaluated.  Anchors, aliases and `<<` merges work.
///
/// Errors: NotFound (the file, or one it includes); InvalidArgument with
/// FILE:LINE for a syntax error, a duplicate key, a key that is not a scalar,
/// an unknown tag, an include cycle, more than one document, or a document of
/// more than 64 levels or 4 million values.
absl::StatusOr<Document> LoadYamlFile(const std::string& path);

/// The same for text in memory: `name` stands for the file in positions, and
/// includes are relative to `directory`.
absl::StatusOr<Document> ParseYaml(absl::string_view text,
                                   const std::string& name,
                                   const std::string& directory);

}  // namespace miv::config
