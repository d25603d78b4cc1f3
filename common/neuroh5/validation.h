#pragma once

// The parts of Validate: each looks at one kind of object and adds findings.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/validate.h"

namespace miv::neuroh5 {

/// Collects findings up to the limit.
class Findings {
 public:
  explicit Findings(const ValidateOptions& options) : options_(options) {}

  const ValidateOptions& options() const { return options_; }
  bool full() const { return found_.size() >= options_.max_findings; }
  void Add(Finding finding);
  void Warn(std::string path, std::string what, std::string found,
            std::string remedy);
  /// An error made of a status; nothing if it is OK.  Returns ok().
  bool Add(const absl::Status& status);
  std::vector<Finding> Take() { return std::move(found_); }

 private:
  const ValidateOptions& options_;
  std::vector<Finding> found_;
};

void ValidateCells(const Reader& reader, const Population& population,
                   const std::string& name_space, Findings* findings);
void ValidateTrees(const Reader& reader, const Population& population,
                   Findings* findings);
void ValidateProjection(const Reader& reader, const ProjectionName& name,
                        Findings* findings);

/// How many gids occur again after their first time.
std::size_t CountRepeats(std::vector<std::uint32_t> gids);

}  // namespace miv::neuroh5
