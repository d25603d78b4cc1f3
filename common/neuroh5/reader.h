#pragma once

// Reads neuroh5 files.  Each process reads on its own: nothing here is
// collective, and any number of readers may open one file.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/values.h"

namespace miv::neuroh5 {

/// Which cells to read.
///   All, Range, Gids: the result is sorted by gid; cells that the file stores
///     twice have their values concatenated in storage order; cells that the
///     file lacks are absent.
///   Rows: rows [first, first + count) as stored, unsorted, duplicates kept.
class Selection {
 public:
  static Selection All() { return Selection(Kind::kAll, {}, 0, 0); }
  /// Global gids [begin, end).
  static Selection Range(std::uint64_t begin, std::uint64_t end) {
    return Selection(Kind::kRange, {}, begin, end);
  }
  /// Global gids in any order; repeats count once.
  static Selection Gids(std::vector<std::uint32_t> gids);
  static Selection Rows(std::uint64_t first, std::uint64_t count) {
    return Selection(Kind::kRows, {}, first, first + count);
  }

  enum class Kind { kAll, kRange, kGids, kRows };
  Kind kind() const { return kind_; }
  const std::vector<std::uint32_t>& gids() const { return gids_; }  ///< sorted
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return end_; }
  bool Contains(std::uint32_t gid) const;  ///< not for kRows

 private:
  Selection(Kind kind, std::vector<std::uint32_t> gids, std::uint64_t begin,
            std::uint64_t end)
      : kind_(kind), gids_(std::move(gids)), begin_(begin), end_(end) {}
  Kind kind_;
  std::vector<std::uint32_t> gids_;
  std::uint64_t begin_, end_;
};

/// A cell attribute as found in a file.
struct CellAttributeInfo {
  std::string name;
  ValueType type = ValueType::kF32;
  std::string stored_type;  ///< "f32"; "f64" and the like if not readable
  bool readable = true;     ///< false: a type that neuroh5 does not allow
  std::uint64_t cells = 0;  ///< rows, duplicates counted
  std::uint64_t values = 0;
};

class LayoutCache;

/// An open file.  Movable.  Keeps the index and pointers of attributes that
/// were read (12 bytes per cell each, 512 MiB in all), so that reading block by
/// block costs no more than reading at once.  Not thread safe. Errors of every
/// member: NotFound if the object does not exist, DataLoss if the file
/// contradicts itself; always a Fault with the file and the path of the object.
/// HDF5 itself can crash on damaged metadata: files from outside go through
/// Validate first.
class Reader {
 public:
  /// Errors: NotFound, PermissionDenied, or DataLoss if it is not HDF5 (or cut
  /// short) or has no usable /H5Types.
  static absl::StatusOr<Reader> Open(const std::string& path);
  /// A file without /H5Types (a bare neurotrees_import file) with types from
  /// elsewhere.
  static absl::StatusOr<Reader> OpenWithTypes(const std::string& path,
                                              Types types);

  const std::string& path() const { return path_; }
  const Types& types() const { return types_; }

  /// Children of /Populations, of /Populations/P, and of one namespace, sorted.
  /// Absent groups have no children.  Populations unknown to /H5Types are
  /// listed.
  absl::StatusOr<std::vector<std::string>> PopulationNames() const;
  absl::StatusOr<std::vector<std::string>> Namespaces(
      absl::string_view population) const;
  absl::StatusOr<std::vector<CellAttributeInfo>> CellAttributes(
      absl::string_view population, absl::string_view name_space) const;
  bool HasNamespace(absl::string_view population,
                    absl::string_view name_space) const;

  /// T is one of the seven value types and must be the stored one.
  /// Errors: also InvalidArgument if the stored type is another,
  /// FailedPrecondition if it is one that neuroh5 does not allow (f64, i64).
  template <typename T>
  absl::StatusOr<Ragged<T>> ReadCells(absl::string_view population,
                                      absl::string_view name_space,
                                      absl::string_view attribute,
                                      const Selection& selection) const;
  absl::StatusOr<RaggedValues> ReadCellValues(absl::string_view population,
                                              absl::string_view name_space,
                                              absl::string_view attribute,
                                              const Selection& selection) const;

  /// The same into `result`, whose memory is used again: for reading block by
  /// block, where fresh memory costs more than the values.  After an error the
  /// content of `result` is not specified.
  template <typename T>
  absl::Status ReadCells(absl::string_view population,
                         absl::string_view name_space,
                         absl::string_view attribute,
                         const Selection& selection, Ragged<T>* result) const;
  absl::Status ReadCellValues(absl::string_view population,
                              absl::string_view name_space,
                              absl::string_view attribute,
                              const Selection& selection,
                              RaggedValues* result) const;

  /// The stored gids of an attribute (global, storage order, duplicates kept).
  absl::StatusOr<std::vector<std::uint32_t>> CellIndex(
      absl::string_view population, absl::string_view name_space,
      absl::string_view attribute) const;

  /// A scalar HDF5 attribute, e.g. "Reference U Min" of
  /// "/Populations/PYR/Arc Distances".
  absl::StatusOr<double> NumberAttribute(absl::string_view object,
                                         absl::string_view name) const;

  /// Projections found, sorted by destination, then source.
  absl::StatusOr<std::vector<ProjectionName>> Projections() const;

  /// The open file and its layouts, for the other sources of this directory.
  const Handle& file() const { return file_; }
  LayoutCache& layouts() const { return *layouts_; }

 private:
  Reader(std::string path, Handle file, Types types);
  std::string path_;
  Handle file_;
  Types types_;
  std::shared_ptr<LayoutCache> layouts_;
};

}  // namespace miv::neuroh5
