#pragma once

// Which files of a model one cell template depends on.

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::pipeline {

/// Text by path relative to the model's directory.
using FileTexts = std::map<std::string, std::string>;

/// Relative paths, sorted.
struct ModelFiles {
  std::vector<std::string> templates;
  std::vector<std::string> mechanisms;

  bool operator==(const ModelFiles&) const = default;
};

/// The files that a cell of `template_name` may read: a superset, so that a
/// result made with these files alone is the one made with all of them.
///
///   Templates: the file that defines it ("begintemplate NAME", or NAME.hoc),
///   rn.hoc, and every file whose name or whose template is named there, and so
///   on.  Mechanisms: every mod file whose SUFFIX, POINT_PROCESS or
///   ARTIFICIAL_CELL is a word of these files, and every file that is not a
///   mod file.  Mechanism names that a template puts together at run time, and
///   C code that refers to other files, bring in all mechanisms.
/// Errors: NotFound if neither a file nor a mechanism has the template's name.
absl::StatusOr<ModelFiles> ModelFilesOf(absl::string_view template_name,
                                        const FileTexts& templates,
                                        const FileTexts& mechanisms);

}  // namespace miv::pipeline
