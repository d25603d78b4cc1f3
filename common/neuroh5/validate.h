#pragma once

// Checks a neuroh5 file as a whole.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/neuroh5/isolate.h"

namespace miv::neuroh5 {

enum class Severity { kWarning, kError };

/// One thing that is wrong with a file.
struct Finding {
  Severity severity = Severity::kError;
  std::string path;  ///< "/Populations/PYR/Trees/Section"
  std::string what;
  std::string expected;  ///< may be empty
  std::string found;     ///< may be empty
  std::string remedy;
  /// HDF5_CRASH, HDF5_TIMEOUT or HDF5_MEMORY if the library itself gave up;
  /// else empty.
  std::string reason;
};

struct ValidateOptions {
  std::size_t max_findings = 100;  ///< stops after so many
  /// Memory for values read at once.
  std::uint64_t block_bytes = std::uint64_t{64} << 20;
  /// Of the child process; absent: LimitsFor the file.
  std::optional<IsolationLimits> limits;
};

/// Errors (a reader must refuse, or neuroh5 would misread):
///   not HDF5, /H5Types absent or unusable; index, pointer and value lengths
///   that disagree; pointers that decrease, leave the values or leave some out;
///   gids beyond the population; value types that neuroh5 does not allow;
///   values that cannot be read; edge attributes whose length is not the number
///   of edges; sources or destinations beyond the population; projections that
///   are not listed as valid; trees that fail CheckTree or whose sections do
///   not touch; a cell with two trees; Synapse Attributes of unequal lengths.
/// Warnings (legal, but some program will stumble):
///   attributes of one namespace with different cells, a cell or destination
///   stored twice, an attribute without Cell Index, trees of one section,
///   missing hard links among Trees, rows of "Populations" that are not {u64,
///   u32, u16}, the README form of the block pointer.
/// An empty list means that the file is sound.  The work is done in a forked
/// child, because HDF5 itself can crash, loop or ask for absurd memory on
/// damaged metadata: that is a finding with a `reason`.  Files from outside go
/// through here before anything else opens them.
std::vector<Finding> Validate(const std::string& path,
                              const ValidateOptions& options = {});

/// True if any finding is an error.
bool HasErrors(const std::vector<Finding>& findings);

}  // namespace miv::neuroh5
