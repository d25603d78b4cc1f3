#pragma once

// Checks a built network, from whatever program, against what it should be.

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "common/verify/network.h"
#include "common/verify/report.h"

namespace miv::verify {

/// Checks the structure of the two files (which may be one) and, as far as
/// `expectations` (pipeline::NetworkExpectations) go, that they are a draw from
/// the network that a config describes.  Independent of the code that builds
/// networks: the formulas are those of build-pipeline.md.
///
/// Reads each population once, by blocks of cells: memory is bounded by the
/// block, 8 bytes per cell and the cells' coordinates.  Files that nobody
/// vouches for are safe (neuroh5::Validate goes first).
/// docs/verify.md lists the checks.
///
/// Errors: NotFound for a file that does not exist, InvalidArgument NOT_NEUROH5
/// for one that is not neuroh5, or for expectations in another form; what
/// `progress` returns.  What is wrong with the network is in
/// the report.
absl::StatusOr<Report> Verify(const std::string& cells,
                              const std::string& connections,
                              const nlohmann::json& expectations,
                              Progress progress);

}  // namespace miv::verify
