#pragma once

// What is in a neuroh5 file, for people and for JSON.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/types.h"

namespace miv::neuroh5 {

struct NamespaceSummary {
  std::string name;
  std::vector<CellAttributeInfo> attributes;
};

struct PopulationSummary {
  std::string name;
  std::uint64_t trees = 0;
  std::vector<NamespaceSummary> namespaces;  ///< without Trees
};

struct ProjectionSummary {
  ProjectionName name;
  bool listed = true;  ///< among the valid projections
  std::uint64_t destinations = 0;
  std::uint64_t blocks = 0;
  std::uint64_t edges = 0;
  std::vector<EdgeAttributeName> attributes;
};

struct FileSummary {
  std::string path;
  std::uint64_t bytes = 0;
  Types types;
  std::vector<PopulationSummary> populations;  ///< sorted by name
  std::vector<ProjectionSummary> projections;  ///< by destination, source
  std::vector<std::string> other_groups;       ///< top level, not neuroh5's
};

/// Reads lengths and types, no values.  Safe on any file, as Validate is.
/// Errors: as Reader::Open; DataLoss for an object that cannot be described or
/// a file on which HDF5 itself fails.
absl::StatusOr<FileSummary> Describe(const std::string& path);

}  // namespace miv::neuroh5
