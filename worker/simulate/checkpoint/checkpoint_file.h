#pragma once

// A checkpoint: the state of every cell of a run at one time, in one file whose
// bytes do not depend on the number of ranks.
//
//   "MIVCKPT1"  u64 length of the header  u64 number of cells
//   header, JSON
//   index: per cell, by gid, u64 gid, u64 offset, u64 length, u64 checksum
//   digest of all of the above, "sha256:..."
//   the bytes of the cells
//
// Numbers are little endian.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "worker/parallel/ranks.h"

namespace miv::simulate {

/// A run in the middle.
struct CheckpointHeader {
  double t_ms = 0;
  std::int64_t step = 0;
  double dt_ms = 0;
  int secondorder = 2;
  std::string neuron;                   ///< version
  std::string run_digest;               ///< RunDigest of the run that wrote it
  std::vector<std::string> mechanisms;  ///< neuron::MechanismNumbers
  std::int64_t ties = 0;
  std::int64_t unequal_ties = 0;
};

struct CheckpointCell {
  std::uint32_t gid = 0;
  std::string bytes;
};

/// Identifies a run: config without what does not change results, and seed.
std::string RunDigest(nlohmann::json config, std::int64_t seed);

/// Collective.  header: of rank 0.  cells: of this rank, in any order.  The
/// file appears whole, under a temporary name first, and is on disk when this
/// returns.
/// Errors: Unavailable with the system's reason, the same on all ranks; the
/// file that was there stays.
absl::Status WriteCheckpoint(parallel::Ranks& ranks, const std::string& path,
                             const CheckpointHeader& header,
                             absl::Span<const CheckpointCell> cells);

/// A checkpoint that is there.  Nothing in the file is trusted.
class CheckpointFile {
 public:
  /// label: what to call it in messages.
  /// Errors: NotFound; DataLoss CHECKPOINT_DAMAGED.
  static absl::StatusOr<CheckpointFile> Open(const std::string& path,
                                             absl::string_view label);

  const CheckpointHeader& header() const { return header_; }
  std::size_t cell_count() const { return cells_.size(); }

  /// Bytes of a cell.  Errors: NotFound if the run had no such cell; DataLoss.
  absl::StatusOr<std::string> Cell(std::uint32_t gid) const;

 private:
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t checksum = 0;
  };

  std::string path_;
  std::string label_;
  CheckpointHeader header_;
  std::map<std::uint32_t, Place> cells_;
};

}  // namespace miv::simulate
