#pragma once

// A table of text whose rows belong to cells, written by all ranks and ordered
// by gid.

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/parallel/ranks.h"

namespace miv::simulate {

/// Each rank appends the rows of its cells to a file of its own; Finish joins
/// the files.  Memory holds one entry per cell.
class GidTable {
 public:
  /// Not collective.  path: of the finished table, on storage that all ranks
  /// share.  Errors: Unavailable if the rank's part cannot be written.
  static absl::StatusOr<GidTable> Create(parallel::Ranks& ranks,
                                         const std::string& path);

  /// The complete lines of one cell.
  absl::Status Append(std::uint32_t gid, absl::string_view lines);

  /// Collective: writes the header line and all rows by ascending gid, and
  /// removes the parts.
  absl::Status Finish(absl::string_view header);

 private:
  struct Entry {
    std::uint32_t gid = 0;
    std::int32_t rank = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };

  GidTable(parallel::Ranks& ranks, std::string path);
  std::string PartOfRank(int rank) const;
  absl::Status Join(const std::vector<Entry>& entries,
                    absl::string_view header) const;

  parallel::Ranks* ranks_;
  std::string path_;
  std::ofstream part_;
  std::uint64_t size_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace miv::simulate
