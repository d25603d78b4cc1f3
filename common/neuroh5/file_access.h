#pragma once

// How a file is written: by this process alone, or by a team of ranks together.

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/neuroh5/handle.h"

namespace miv::neuroh5 {

/// Once per process, before HDF5 is used; later calls do nothing.  HDF5 prints
/// nothing by itself from then on, and does not lock files unless the
/// environment's HDF5_USE_FILE_LOCKING says so (locks hang on some network file
/// systems).
void InitialiseHdf5();

/// The processes that write one file together.  Members but rank() and size()
/// are collective.
class Team {
 public:
  virtual ~Team() = default;
  virtual int rank() const { return 0; }
  virtual int size() const { return 1; }
  /// [size] the value of every rank.
  virtual std::vector<std::uint64_t> AllGather(std::uint64_t value) {
    return {value};
  }
  /// The same error on all ranks, or OK if all ranks are.
  virtual absl::Status Agree(const absl::Status& status) { return status; }
};

/// A default-constructed access is serial.
struct FileAccess {
  Handle file;      ///< file access property list; invalid = default
  Handle transfer;  ///< data transfer property list; invalid = default
  std::shared_ptr<Team> team = std::make_shared<Team>();
};

/// Sum of the values of lower ranks, and of all ranks.  Collective.
struct Scan {
  std::uint64_t before = 0;
  std::uint64_t total = 0;
};
Scan ScanOf(Team& team, std::uint64_t value);

}  // namespace miv::neuroh5
