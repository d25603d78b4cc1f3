#pragma once

// Groups and datasets as this project lays them out: no times, early
// allocation, zeroed padding, fixed chunks, extendable.  neuroh5 files and
// results are made of these.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/handle.h"

namespace miv::neuroh5 {

/// Element types on disk, little endian.  The first seven are ValueType's.
enum class Element { kF32, kU8, kI8, kU16, kI16, kU32, kI32, kU64, kI64, kF64 };
std::size_t SizeOf(Element element);

template <typename T>
constexpr Element ElementFor();
// clang-format off
template <> constexpr Element ElementFor<float>() { return Element::kF32; }
template <> constexpr Element ElementFor<std::uint8_t>() { return Element::kU8; }
template <> constexpr Element ElementFor<std::int8_t>() { return Element::kI8; }
template <> constexpr Element ElementFor<std::uint16_t>() { return Element::kU16; }
template <> constexpr Element ElementFor<std::int16_t>() { return Element::kI16; }
template <> constexpr Element ElementFor<std::uint32_t>() { return Element::kU32; }
template <> constexpr Element ElementFor<std::int32_t>() { return Element::kI32; }
template <> constexpr Element ElementFor<std::uint64_t>() { return Element::kU64; }
template <> constexpr Element ElementFor<std::int64_t>() { return Element::kI64; }
template <> constexpr Element ElementFor<double>() { return Element::kF64; }
// clang-format on

/// columns = 0: one-dimensional, `rows` elements.
struct Shape {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
};

/// Rows per chunk of an array of rows of this many elements: the fewest equal
/// pieces of at most 1,024,000 elements, of at least 4000, neuroh5's default.
/// HDF5 and the file system spend microseconds on each chunk, so that many
/// small ones would cost more than the bytes (docs/scaling.md).
std::uint64_t ChunkRows(std::uint64_t rows, std::uint64_t width = 1);

/// neuroh5's fixed chunk of Trees/Cell Index.
constexpr std::uint64_t kTreeIndexChunk = 1000;

/// Collective on a file written by ranks, as are the other Create functions.
/// Creates the group and its missing parents; an existing group is opened.
absl::StatusOr<Handle> CreateGroup(const Handle& file, absl::string_view path);

/// `path` is absolute.  chunk = 0: ChunkRows.
/// Errors: AlreadyExists; Unavailable if the space cannot be had.
absl::StatusOr<Handle> CreateDataset(const Handle& file, absl::string_view path,
                                     Element element, Shape shape,
                                     std::uint64_t chunk = 0);

/// Errors: NotFound, with the path; FailedPrecondition behind an external link.
absl::StatusOr<Handle> OpenGroup(const Handle& file, absl::string_view path);
absl::StatusOr<Handle> OpenDataset(const Handle& file, absl::string_view path);
/// False if any part of the path is missing.
bool Exists(const Handle& file, absl::string_view path);

/// Names of the children of a group, sorted; none if there is no such group.
absl::StatusOr<std::vector<std::string>> ChildNames(const Handle& file,
                                                    absl::string_view path);

/// Errors: DataLoss if the dataset has more than two dimensions.
absl::StatusOr<Shape> ShapeOf(const Handle& dataset);

/// Not collective: rows [first, first + count), count * columns elements,
/// converted to or from what is stored.  Nothing happens for count = 0. Errors:
/// DataLoss when reading, Unavailable when writing, with file and path.
absl::Status ReadRaw(const Handle& dataset, std::uint64_t first,
                     std::uint64_t count, Element element, void* values);
absl::Status WriteRaw(const FileAccess& access, const Handle& dataset,
                      std::uint64_t first, std::uint64_t count, Element element,
                      const void* values);

template <typename T>
absl::Status ReadRows(const Handle& dataset, std::uint64_t first,
                      absl::Span<T> values) {
  return ReadRaw(dataset, first, values.size(), ElementFor<T>(), values.data());
}
template <typename T>
absl::Status WriteRows(const FileAccess& access, const Handle& dataset,
                       std::uint64_t first, absl::Span<const T> values) {
  return WriteRaw(access, dataset, first, values.size(), ElementFor<T>(),
                  values.data());
}
/// A whole one-dimensional dataset.
template <typename T>
absl::StatusOr<std::vector<T>> ReadAll(const Handle& dataset);

/// HDF5 attributes of the object at `path`.  Collective with equal arguments.
/// values: a scalar if `scalar`, else an array.
absl::Status WriteAttribute(const Handle& file, absl::string_view path,
                            absl::string_view name,
                            absl::Span<const double> values, bool scalar);
absl::Status WriteAttribute(const Handle& file, absl::string_view path,
                            absl::string_view name, absl::string_view text);
absl::StatusOr<double> ReadNumberAttribute(const Handle& file,
                                           absl::string_view path,
                                           absl::string_view name);

}  // namespace miv::neuroh5
