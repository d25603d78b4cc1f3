#pragma once

// Which files of a model the cells of one template can depend on.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace miv::server {

/// A file of a directory of templates or mechanisms.
struct ModelFile {
  std::string path;  ///< relative, "a/b.mod"
  std::string text;
};

/// Paths, sorted.
struct TemplateReach {
  std::vector<std::string> templates;
  std::vector<std::string> mechanisms;

  bool operator==(const TemplateReach&) const = default;
};

/// What NAME.hoc reaches, in one step or in many:
///   a hoc file whose name without extension a reached hoc file has as a word
///     (load_file, new);
///   a mod file of which a reached file has a name as a word: what follows
///     SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL, or the file's own name;
///   every file of another sort (mod files include them).
/// Words in comments and strings count, too: one file too many costs a
/// computation, one too few a wrong result.  Everything if there is no
/// NAME.hoc.
TemplateReach ReachOf(absl::string_view template_name,
                      absl::Span<const ModelFile> templates,
                      absl::Span<const ModelFile> mechanisms);

}  // namespace miv::server
