#include "worker/parallel/parallel_file.h"

#include <hdf5.h>

#include <memory>
#include <utility>

#include "worker/parallel/mpi_communicator.h"
#include "worker/parallel/mpi_ranks.h"

namespace miv::parallel {
namespace {

class RanksTeam final : public neuroh5::Team {
 public:
  explicit RanksTeam(Ranks& ranks) : ranks_(ranks) {}

  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }

  std::vector<std::uint64_t> AllGather(std::uint64_t value) override {
    const auto all = ranks_.AllGather(static_cast<std::int64_t>(value));
    return {all.begin(), all.end()};
  }

  absl::Status Agree(const absl::Status& status) override {
    return ranks_.AgreeOnStatus(status);
  }

 private:
  Ranks& ranks_;
};

absl::Status NoDriver() {
  return absl::InternalError("HDF5 refuses its MPI driver");
}

}  // namespace

absl::StatusOr<neuroh5::FileAccess> AccessFor(Ranks& ranks) {
  neuroh5::FileAccess access;
  access.team = std::make_shared<RanksTeam>(ranks);
  const auto* mpi = dynamic_cast<const MpiRanks*>(&ranks);
  if (mpi == nullptr || ranks.size() == 1) return access;
  neuroh5::InitialiseHdf5();
  access.file = neuroh5::Handle(H5Pcreate(H5P_FILE_ACCESS));
  access.transfer = neuroh5::Handle(H5Pcreate(H5P_DATASET_XFER));
  const MPI_Comm comm = mpi->communicator().comm;
  // Values are written independently, because ranks have different numbers of
  // blocks.  Metadata too, piece by piece: written together, the pieces and the
  // gaps between them become one request, and Open MPI 4.1 (fbtl posix, data
  // sieving) fills gaps beyond the end of the file from unset memory.
  if (H5Pset_fapl_mpio(access.file.id(), comm, MPI_INFO_NULL) < 0 ||
      H5Pset_coll_metadata_write(access.file.id(), false) < 0 ||
      H5Pset_dxpl_mpio(access.transfer.id(), H5FD_MPIO_INDEPENDENT) < 0)
    return NoDriver();
  return access;
}

}  // namespace miv::parallel
