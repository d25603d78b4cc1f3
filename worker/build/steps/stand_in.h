#pragma once

// Files that nobody vouches for, in place of what a component writes: what each
// must hold, and the check that they do.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/neuroh5/isolate.h"
#include "worker/step/step.h"

namespace miv::worker {

/// What a file holds that stands for a kind, or for one input of a kind.
struct StandIn {
  /// The name under which other steps look for the file; "" = its own.
  absl::string_view file_name;
  enum class Content {
    kTypes,        ///< the populations, nothing more
    kCells,        ///< cells of `name_space`; of any if that is ""
    kCoordinates,  ///< positions of cells, in whatever namespace
    kProjections,  ///< edges
    kMorphology,   ///< SWC
  } content = Content::kTypes;
  absl::string_view name_space;  ///< of kCells
};

/// nullptr if no file can stand for it.
const StandIn* FindStandIn(absl::string_view stands_for);

/// What a file is used as, and whom to blame.
struct FileClaim {
  std::string stands_for;  ///< "" = nothing in particular
  std::string population;  ///< "" = any
  std::string field;       ///< "config.file": what named the file
};

/// The claim of a step's config (stands_for, population).
/// Errors: InvalidArgument if one of them is no text.
absl::StatusOr<FileClaim> ClaimOf(const nlohmann::json& config,
                                  absl::string_view field);

/// Checks a file as a whole, in a child process where HDF5 could crash on it: a
/// morphology if it is called .swc or stands for one, else neuroh5.  What is
/// odd but usable goes to the observer as a warning.
/// limits: of that child; absent: by the size of the file.
/// Errors (InvalidArgument): BAD_NEUROH5_FILE; HDF5_CRASH, HDF5_TIMEOUT or
///   HDF5_MEMORY if the library gave up on it; WRONG_CONTENT if it holds
///   nothing of what it is to stand for; as build::ParseSwc.
absl::Status CheckStandIn(
    const FileClaim& claim, const StepInput& file, StepObserver& observer,
    const std::optional<neuroh5::IsolationLimits>& limits = std::nullopt);

}  // namespace miv::worker
