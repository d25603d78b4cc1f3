#pragma once

// The two files under verification, and their per-cell numbers.

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/neuroh5/reader.h"
#include "common/verify/expectations.h"
#include "common/verify/report.h"

namespace miv::verify {

/// Told of what is done of a total; an error ends the verification.
using Progress = absl::FunctionRef<absl::Status(absl::string_view phase,
                                                double done, double total)>;

/// What every group of checks gets.
struct Work {
  const neuroh5::Reader& cells;
  const neuroh5::Reader& connections;
  const Expectations& expected;
  Report& report;
  Progress progress;

  void Add(Check check) const { report.checks.push_back(std::move(check)); }
};

/// One number per cell of a population, by gid - start; NaN where the file has
/// none.  repeated: gids with several values or rows, or none.
struct Column {
  std::vector<float> values;
  std::vector<std::uint32_t> incomplete;  ///< gids
};

/// Errors: as Reader's.
absl::StatusOr<Column> ReadColumn(const neuroh5::Reader& reader,
                                  const neuroh5::Population& population,
                                  absl::string_view name_space,
                                  absl::string_view attribute);

/// Arc distances of a population, um, by gid - start; empty if it has none.
struct ArcTable {
  std::vector<float> u, v;
  bool empty() const { return u.empty(); }
};

absl::StatusOr<ArcTable> ReadArcs(const neuroh5::Reader& reader,
                                  const neuroh5::Population& population);

// The groups of checks.  Each adds to work.report in a fixed order.
absl::Status CheckTypes(const Work& work);
absl::Status CheckCoordinates(const Work& work);
absl::Status CheckDistances(const Work& work);
/// Synapses of a population and the projections onto it.
absl::Status CheckPopulation(const Work& work,
                             const neuroh5::Population& population);

}  // namespace miv::verify
