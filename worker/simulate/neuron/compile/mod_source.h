#pragma once

// What must be known of a NMODL file before it is compiled.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::simulate::neuron {

/// One file of a mechanism directory.
struct ModSource {
  std::string path;       ///< relative to the directory, as the user named it
  std::string base;       ///< "na_tm.mod"
  std::string stem;       ///< C identifier that stands for it while compiling
  std::string mechanism;  ///< its SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL
  std::string text;
};

/// Text without comments (`:` and `?` to the end of the line, COMMENT blocks)
/// and VERBATIM blocks; line structure is kept.
std::string StripNmodlComments(absl::string_view text);

/// The name that the NEURON block gives the mechanism; "" if it has none.
std::string MechanismNameOf(absl::string_view text);

/// The sources of a directory, sorted by base name.
struct ModSources {
  std::vector<ModSource> files;     ///< *.mod
  std::vector<ModSource> includes;  ///< *.inc and *.h, used by them
};

/// Reads a directory and everything below it.
/// label: what the user calls the directory.
/// Errors: NotFound if it does not exist; InvalidArgument if it has no .mod
/// file, two files have the same base name, or two mechanisms the same name.
absl::StatusOr<ModSources> ReadModSources(const std::string& directory,
                                          absl::string_view label);

}  // namespace miv::simulate::neuron
