#pragma once

// Where the fields of a document were written.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace miv::config {

/// A line of a file, as the user named it.
struct SourcePosition {
  std::string file;
  int line = 0;  ///< 1-based; 0 = the whole file
};

/// Positions by field path.  Paths are written as in errors:
/// "steps.run.config.lfp[0].pos"; "" is the document.
class SourceMap {
 public:
  /// Records or replaces the position of one field.
  void Set(const std::string& field, SourcePosition position);

  /// Appends `key` to the keys of the mapping at `field`.
  void AddKey(const std::string& field, const std::string& key);

  /// Takes over what `other` knows, as of the value at `field`, in place of all
  /// that was known of it.  at: where it stands as a whole, instead of the
  /// positions of `other`.
  void Graft(const std::string& field, const SourceMap& other,
             const SourcePosition* at = nullptr);

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

/// The error with the file and line of its Fault's field filled in; unchanged
/// if it already has a file or nothing is known of the field.
absl::Status WithSource(const absl::Status& status, const SourceMap& sources);

}  // namespace miv::config
