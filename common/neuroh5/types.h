#pragma once

// /H5Types: the populations of a file, their gid ranges, and which projections
// may exist.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::neuroh5 {

/// Cells [start, start + count) have these global gids.
struct Population {
  std::string name;
  std::uint16_t index = 0;  ///< value of the enum "Population labels"
  std::uint64_t start = 0;
  std::uint32_t count = 0;

  std::uint64_t end() const { return start + count; }
  bool Contains(std::uint64_t gid) const { return gid >= start && gid < end(); }
  bool operator==(const Population&) const = default;
};

/// A pair of populations.  Groups are /Projections/<destination>/<source>.
struct ProjectionName {
  std::string destination;
  std::string source;
  bool operator==(const ProjectionName&) const = default;
  auto operator<=>(const ProjectionName&) const = default;
};

/// populations: ascending index.  valid_projections: in the order of the file.
struct Types {
  std::vector<Population> populations;
  std::vector<ProjectionName> valid_projections;

  /// nullptr if there is no such population.
  const Population* Find(absl::string_view name) const;
  /// The population that this global gid belongs to; nullptr if none.
  const Population* OfGid(std::uint64_t gid) const;
  /// NotFound, naming the nearest population, if there is no such population.
  absl::StatusOr<Population> Get(absl::string_view name) const;
  bool IsValid(const ProjectionName& projection) const;
  /// Number of cells of all populations.
  std::uint64_t total() const;
  bool operator==(const Types&) const = default;
};

/// A population's name, enum index and number of cells.
struct PopulationSize {
  std::string name;
  std::uint16_t index = 0;
  std::uint32_t count = 0;
};

/// Sorts by index and packs the gid ranges from 0, as MiV does.  Projections
/// keep their order. Errors: as CheckTypes.
absl::StatusOr<Types> MakeTypes(std::vector<PopulationSize> sizes,
                                std::vector<ProjectionName> projections);

/// What a file must satisfy to be usable by neuroh5:
///  1. there is at least one population;
///  2. names are unique, 1 to 1023 bytes, without '/', and not "." or "..";
///  3. indices are unique;
///  4. no population is empty (neuroh5 keys its table by Start);
///  5. gid ranges do not overlap and end at or below 2^32;
///  6. valid projections name populations that exist, each pair once.
/// Errors: InvalidArgument, a Fault for the first violation.
absl::Status CheckTypes(const Types& types);

}  // namespace miv::neuroh5
