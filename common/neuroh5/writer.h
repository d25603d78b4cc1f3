#pragma once

// Writes neuroh5 files, alone or by all ranks together.  The bytes depend on
// what is written and in which order, never on the number of ranks or the time.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/values.h"

namespace miv::neuroh5 {

/// One attribute of this rank's cells.
///   offsets [n + 1], offsets[0] = 0; empty = one value per cell
struct CellColumn {
  std::string name;
  std::vector<std::uint64_t> offsets;
  Values values;
};

/// Hears how a long write goes: the bytes that this rank wrote since the last
/// call.  Called on every rank, by itself, block by block.  An error that it
/// returns ends the write on all ranks, at the end of the current dataset.  May
/// be empty.
using WriteMonitor = std::function<absl::Status(std::uint64_t bytes)>;

/// A file being written.  Movable.  Every member is collective over the team of
/// the FileAccess, and every rank gets the same status.
class Writer {
 public:
  /// Replaces the file and writes /H5Types.
  /// Errors: InvalidArgument as CheckTypes; Unavailable if the file cannot be
  /// created.
  static absl::StatusOr<Writer> Create(const std::string& path,
                                       const FileAccess& access,
                                       const Types& types);

  const std::string& path() const { return path_; }
  const Types& types() const { return types_; }
  const FileAccess& access() const { return access_; }

  /// Writes all attributes of one new namespace at once.
  ///   gids    [n] this rank's cells (global), ascending; all of a lower rank's
  ///   gids
  ///           are lower; n may be 0
  ///   columns the same names and types on all ranks; written in sorted order
  /// Errors: InvalidArgument (gids, lengths, names), AlreadyExists.
  absl::Status WriteCells(absl::string_view population,
                          absl::string_view name_space,
                          absl::Span<const std::uint32_t> gids,
                          absl::Span<const CellColumn> columns);

  /// An HDF5 attribute of an existing object ("/Populations/PYR/Arc
  /// Distances"). All ranks pass the same value.
  absl::Status SetAttribute(absl::string_view object, absl::string_view name,
                            double value);
  absl::Status SetAttribute(absl::string_view object, absl::string_view name,
                            absl::Span<const double> values);
  absl::Status SetAttribute(absl::string_view object, absl::string_view name,
                            absl::string_view text);

  /// Copies an object with everything below it from another file to the same
  /// place here: groups, hard links among them, datasets, HDF5 attributes.
  /// Datasets are laid out anew as this writer does and streamed in blocks that
  /// the ranks share.  Missing parent groups are created. Errors: NotFound,
  /// AlreadyExists, Unimplemented for variable-length data.
  absl::Status CopyFrom(const std::string& source_path,
                        absl::string_view object,
                        const WriteMonitor& monitor = {});

  /// Ends the file; the writer is spent.  A writer that is destroyed without
  /// Close leaves an incomplete file.
  absl::Status Close();

  /// The open file, for the other sources of this directory.
  const Handle& file() const { return file_; }

 private:
  Writer(std::string path, FileAccess access, Types types, Handle file)
      : path_(std::move(path)),
        access_(std::move(access)),
        types_(std::move(types)),
        file_(std::move(file)) {}
  std::string path_;
  FileAccess access_;
  Types types_;
  Handle file_;
};

/// Bytes of the values below an object of a file, as CopyFrom counts them.
/// Errors: as Reader::Open, NotFound.
absl::StatusOr<std::uint64_t> BytesToCopy(const std::string& path,
                                          absl::string_view object);

}  // namespace miv::neuroh5
