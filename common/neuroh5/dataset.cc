#include "common/neuroh5/dataset.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"

namespace miv::neuroh5 {
namespace {

/// Above this, a length that the stored bytes cannot account for is refused.
constexpr std::uint64_t kTrustedBytes = std::uint64_t{1} << 30;

/// Elements of a chunk, where rows allow it.
constexpr std::uint64_t kFewestElements = 4000;
constexpr std::uint64_t kMostElements = 1'024'000;

/// Deflate shrinks by at most 1032 to 1.
constexpr std::uint64_t kMaxCompression = 1032;

std::vector<hsize_t> Dimensions(Shape shape) {
  if (shape.columns == 0) return {shape.rows};
  return {shape.rows, shape.columns};
}

// The file dataspace with rows [first, first + count) selected, and the memory
// dataspace for them.
struct Selected {
  Handle file;
  Handle memory;
};
absl::StatusOr<Selected> SelectRows(const Handle& dataset, std::uint64_t first,
                                    std::uint64_t count) {
  MIV_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(dataset));
  if (first > shape.rows || count > shape.rows - first) {
    Fault fault;
    fault.what =
        absl::StrCat("rows ", first, " to ", first + count, " are asked for");
    fault.expected = absl::StrCat("at most ", shape.rows, " rows");
    return ObjectError(absl::StatusCode::kOutOfRange, dataset, PathOf(dataset),
                       fault);
  }
  const std::vector<hsize_t> start = Dimensions({first, shape.columns});
  const std::vector<hsize_t> extent = Dimensions({count, shape.columns});
  std::vector<hsize_t> corner(start.size(), 0);
  corner[0] = first;
  Selected selected{Handle(H5Dget_space(dataset.id())),
                    Handle(H5Screate_simple(static_cast<int>(extent.size()),
                                            extent.data(), nullptr))};
  H5Sselect_hyperslab(selected.file.id(), H5S_SELECT_SET, corner.data(),
                      nullptr, extent.data(), nullptr);
  return selected;
}

}  // namespace

std::size_t SizeOf(Element element) {
  switch (element) {
    case Element::kU8:
    case Element::kI8:
      return 1;
    case Element::kU16:
    case Element::kI16:
      return 2;
    case Element::kF32:
    case Element::kU32:
    case Element::kI32:
      return 4;
    case Element::kU64:
    case Element::kI64:
    case Element::kF64:
      return 8;
  }
  return 0;
}

std::uint64_t ChunkRows(std::uint64_t rows, std::uint64_t width) {
  const auto rows_of = [&](std::uint64_t elements) {
    return std::max<std::uint64_t>(1, elements / width);
  };
  const auto split = [](std::uint64_t n, std::uint64_t parts) {
    return n / parts + (n % parts != 0 ? 1 : 0);
  };
  const std::uint64_t pieces =
      std::max<std::uint64_t>(1, split(rows, rows_of(kMostElements)));
  return std::max(rows_of(kFewestElements), split(rows, pieces));
}

Handle LayoutOf(Shape shape, std::uint64_t chunk) {
  Handle list = DatasetCreation();
  std::vector<hsize_t> dims = Dimensions(shape);
  dims[0] = chunk;
  H5Pset_chunk(list.id(), static_cast<int>(dims.size()), dims.data());
  H5Pset_alloc_time(list.id(), H5D_ALLOC_TIME_EARLY);
  // Every element is written, and the padding of the last chunk lies in space
  // that was never used, which reads as zeros.  Filling would go through
  // collective MPI writes, of which Open MPI 4.1 spoils the gaps.
  H5Pset_fill_time(list.id(), H5D_FILL_TIME_NEVER);
  return list;
}

absl::StatusOr<Handle> CreateDataset(const Handle& file, absl::string_view path,
                                     Element element, Shape shape,
                                     std::uint64_t chunk) {
  if (Exists(file, path)) {
    Fault fault;
    fault.what = "the dataset exists already";
    return ObjectError(absl::StatusCode::kAlreadyExists, file, path, fault);
  }
  if (chunk == 0)
    chunk = ChunkRows(shape.rows, std::max<std::uint64_t>(1, shape.columns));
  const std::vector<hsize_t> dims = Dimensions(shape);
  std::vector<hsize_t> most = dims;
  most[0] = H5S_UNLIMITED;
  const Handle space(H5Screate_simple(static_cast<int>(dims.size()),
                                      dims.data(), most.data()));
  Handle dataset(H5Dcreate2(file.id(), std::string(path).c_str(),
                            FileType(element), space.id(), H5P_DEFAULT,
                            LayoutOf(shape, chunk).id(), H5P_DEFAULT));
  if (dataset.valid()) return dataset;
  return Hdf5Error(absl::StatusCode::kUnavailable, file, path,
                   "the dataset cannot be created");
}

absl::StatusOr<Shape> ShapeOf(const Handle& dataset) {
  const Handle space(H5Dget_space(dataset.id()));
  const int rank = H5Sget_simple_extent_ndims(space.id());
  hsize_t dims[2] = {0, 0};
  if (rank == 1 || rank == 2) {
    H5Sget_simple_extent_dims(space.id(), dims, nullptr);
    return Shape{dims[0], rank == 2 ? dims[1] : 0};
  }
  Fault fault;
  fault.what = "the dataset has an unusable shape";
  fault.expected = "one or two dimensions";
  fault.found = absl::StrCat(rank, " dimensions");
  return ObjectError(absl::StatusCode::kDataLoss, dataset, PathOf(dataset),
                     fault);
}

absl::Status ReadRaw(const Handle& dataset, std::uint64_t first,
                     std::uint64_t count, Element element, void* values) {
  if (count == 0) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(const Selected rows, SelectRows(dataset, first, count));
  if (H5Dread(dataset.id(), NativeType(element), rows.memory.id(),
              rows.file.id(), H5P_DEFAULT, values) >= 0)
    return absl::OkStatus();
  return Hdf5Error(absl::StatusCode::kDataLoss, dataset, PathOf(dataset),
                   "the values cannot be read");
}

absl::Status WriteRaw(const FileAccess& access, const Handle& dataset,
                      std::uint64_t first, std::uint64_t count, Element element,
                      const void* values) {
  if (count == 0) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(const Selected rows, SelectRows(dataset, first, count));
  const hid_t transfer =
      access.transfer.valid() ? access.transfer.id() : H5P_DEFAULT;
  if (H5Dwrite(dataset.id(), NativeType(element), rows.memory.id(),
               rows.file.id(), transfer, values) >= 0)
    return absl::OkStatus();
  return Hdf5Error(absl::StatusCode::kUnavailable, dataset, PathOf(dataset),
                   "the values cannot be written");
}

absl::Status CheckStored(const Handle& dataset, std::uint64_t length,
                         std::size_t element_size) {
  if (length <= kTrustedBytes / element_size) return absl::OkStatus();
  const std::uint64_t stored = H5Dget_storage_size(dataset.id());
  if (length / kMaxCompression <= stored / element_size)
    return absl::OkStatus();
  Fault fault;
  fault.what = "the dataset declares more values than it stores";
  fault.found = absl::StrCat(length, " values in ", stored, " bytes");
  fault.remedy = "The file is damaged; build or copy it again.";
  return ObjectError(absl::StatusCode::kDataLoss, dataset, PathOf(dataset),
                     fault);
}

template <typename T>
absl::StatusOr<std::vector<T>> ReadAll(const Handle& dataset) {
  MIV_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(dataset));
  if (shape.columns != 0) {
    Fault fault;
    fault.what = "the dataset has an unusable shape";
    fault.expected = "one dimension";
    fault.found = "two dimensions";
    return ObjectError(absl::StatusCode::kDataLoss, dataset, PathOf(dataset),
                       fault);
  }
  MIV_RETURN_IF_ERROR(CheckStored(dataset, shape.rows, sizeof(T)));
  std::vector<T> values(shape.rows);
  MIV_RETURN_IF_ERROR(ReadRows(dataset, 0, absl::MakeSpan(values)));
  return values;
}

template absl::StatusOr<std::vector<float>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<std::uint8_t>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<std::int8_t>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<std::uint16_t>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<std::int16_t>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<std::uint32_t>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<std::int32_t>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<std::uint64_t>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<std::int64_t>> ReadAll(const Handle&);
template absl::StatusOr<std::vector<double>> ReadAll(const Handle&);

}  // namespace miv::neuroh5
