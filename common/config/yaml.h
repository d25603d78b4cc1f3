#pragma once

// YAML with memory of where every value was written.

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::config {

/// A line of a file, as the user named it.
struct SourcePosition {
  std::string file;
  int line = 0;  ///< 1-based; 0 = the whole file
};

/// Where the fields of a document stand.  Field paths are written as in
/// errors: "steps.run.config.lfp[0].pos"; "" is the document.
class SourceMap {
 public:
  /// Records or replaces the position of one field.
  void Set(const std::string& field, SourcePosition position);

  /// Appends `key` to the keys of the mapping at `field`.
  void AddKey(const std::string& field, const std::string& key);

  /// The position of `field`, or of its closest recorded ancestor; nullptr if
  /// nothing is known.
  const SourcePosition* Find(absl::string_view field) const;

  /// Keys of the mapping at `field` in the order in which they were written
  /// (nlohmann::json sorts them); empty if it is not a mapping.
  const std::vector<std::string>& KeysOf(const std::string& field) const;

 private:
  std::map<std::string, SourcePosition, std::less<>> positions_;
  std::map<std::string, std::vector<std::string>> keys_;
};

/// "a.b" and "a[3]"; an empty parent gives "b".
std::string FieldPath(absl::string_view parent, absl::string_view key);
std::string FieldPath(absl::string_view parent, std::size_t index);

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
/// more than 64 levels or 20 million values.
absl::StatusOr<Document> LoadYamlFile(const std::string& path);

/// The same for text in memory: `name` stands for the file in positions, and
/// includes are relative to `directory`.
absl::StatusOr<Document> ParseYaml(absl::string_view text,
                                   const std::string& name,
                                   const std::string& directory);

/// The error with the file and line of its Fault's field filled in; unchanged
/// if it already has a file or the field is unknown.
absl::Status WithSource(const absl::Status& status, const SourceMap& sources);

}  // namespace miv::config
