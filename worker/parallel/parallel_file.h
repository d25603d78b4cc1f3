#pragma once

// One neuroh5 file written by all ranks: the access that makes the writer of
// common/neuroh5 collective.

#include "absl/status/statusor.h"
#include "common/neuroh5/file_access.h"
#include "worker/parallel/ranks.h"

namespace miv::parallel {

/// How `ranks` write a file together: parallel HDF5 on more than one rank of
/// MPI, plain files on one.  `ranks` outlives the access and everything opened
/// with it. The bytes of the file do not depend on the number of ranks. Errors:
/// Internal if HDF5 refuses the driver.
absl::StatusOr<neuroh5::FileAccess> AccessFor(Ranks& ranks);

}  // namespace miv::parallel
