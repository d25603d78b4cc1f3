#pragma once

// The ranks that an MPI test runs on.

#include "worker/parallel/mpi_ranks.h"

namespace miv::parallel {

/// All ranks of the test's mpirun; lives until the tests have run.
MpiRanks& World();

}  // namespace miv::parallel
