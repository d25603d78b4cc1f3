#pragma once

// Ranks over MPI.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "worker/parallel/ranks.h"

namespace miv::parallel {

/// MPI_Init_thread(MPI_THREAD_SERIALIZED or better) in the constructor,
/// MPI_Finalize in the destructor: one object, in main, that outlives all
/// ranks.
class MpiSession {
 public:
  MpiSession(int* argc, char*** argv);
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;
};

/// A private copy of a communicator.
class MpiRanks final : public Ranks {
 public:
  /// All ranks of the launch.  Collective; after MPI_Init_thread.
  /// max_message: bytes after which a transfer is cut; below 2 GiB.
  static std::unique_ptr<MpiRanks> World(
      std::size_t max_message = std::size_t{1} << 30);
  ~MpiRanks() override;

  int rank() const override;
  int size() const override;
  void Barrier() override;
  void Broadcast(std::string* bytes) override;
  void PatientBroadcast(std::string* bytes) override;
  std::vector<std::int64_t> AllGather(std::int64_t value) override;
  std::int64_t ExclusiveScan(std::int64_t value) override;
  std::int64_t Sum(std::int64_t value) override;
  void Sum(absl::Span<double> values) override;
  double Max(double value) override;
  std::vector<std::string> GatherToRoot(std::string bytes) override;
  std::vector<std::string> AllGatherBytes(std::string bytes) override;
  std::vector<std::string> AllToAll(std::vector<std::string> outgoing) override;

  /// Ends every rank of the launch at once with this exit code.
  [[noreturn]] void Abort(int exit_code);

  /// The communicator, for the sources of this directory.
  struct Communicator;
  const Communicator& communicator() const { return *communicator_; }

 private:
  explicit MpiRanks(std::unique_ptr<Communicator> communicator);
  std::unique_ptr<Communicator> communicator_;
};

}  // namespace miv::parallel
