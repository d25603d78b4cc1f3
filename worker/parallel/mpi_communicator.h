#pragma once

// The MPI communicator behind MpiRanks.  For the sources of this directory
// only: nobody else includes <mpi.h>.

#include <mpi.h>

#include <cstddef>

#include "worker/parallel/mpi_ranks.h"

namespace miv::parallel {

struct MpiRanks::Communicator {
  MPI_Comm comm = MPI_COMM_NULL;
  int rank = 0;
  int size = 1;
  std::size_t max_message = 0;  ///< bytes
};

}  // namespace miv::parallel
