// Writer::CopyFrom: an object of another file, laid out anew.

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/collective.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/writer.h"

namespace miv::neuroh5 {
namespace {

/// Memory for the rows that are under way.
constexpr std::uint64_t kBlockBytes = std::uint64_t{16} << 20;

constexpr int kMaxDepth = 32;

/// Copies below this many bytes are left to rank 0.
constexpr std::uint64_t kSharedBytes = std::uint64_t{1} << 20;

absl::Status CannotCopy(const Handle& file, const std::string& path,
                        std::string what, std::string found) {
  Fault fault;
  fault.what = std::move(what);
  fault.found = std::move(found);
  fault.remedy = "Leave it out of the file, or convert it first.";
  return ObjectError(absl::StatusCode::kUnimplemented, file, path, fault);
}

// Numbers become little endian; other types stay as they are.
Handle FileTypeOf(const Handle& type) {
  Handle copy(H5Tcopy(type.id()));
  const H5T_class_t kind = H5Tget_class(type.id());
  if ((kind == H5T_INTEGER || kind == H5T_FLOAT) &&
      H5Tget_order(type.id()) == H5T_ORDER_BE)
    H5Tset_order(copy.id(), H5T_ORDER_LE);
  return copy;
}

bool IsVariable(const Handle& type) {
  return H5Tdetect_class(type.id(), H5T_VLEN) > 0 ||
         H5Tdetect_class(type.id(), H5T_REFERENCE) > 0 ||
         H5Tis_variable_str(type.id()) > 0;
}

class Copier {
 public:
  Copier(const FileAccess& access, const Handle& from, const Handle& to,
         const WriteMonitor& monitor)
      : access_(access), from_(from), to_(to), monitor_(monitor) {}

  // Every local step is agreed on at once, so all ranks take the same path.
  absl::Status Copy(const std::string& path, int depth = 0) {
    H5O_info_t info;
    MIV_RETURN_IF_ERROR(Agree(Examine(path, depth, &info)));
    const auto known = copied_.find(info.addr);
    if (known != copied_.end()) return Agree(Link(known->second, path));
    copied_[info.addr] = path;
    if (info.type == H5O_TYPE_GROUP) return CopyGroup(path, depth);
    if (info.type == H5O_TYPE_DATASET) return CopyDataset(path);
    return Agree(CopyType(path));
  }

 private:
  absl::Status Agree(const absl::Status& status) {
    return access_.team->Agree(status);
  }

  absl::Status Link(const std::string& existing, const std::string& path) {
    if (H5Lcreate_hard(to_.id(), existing.c_str(), to_.id(), path.c_str(),
                       H5P_DEFAULT, H5P_DEFAULT) >= 0)
      return absl::OkStatus();
    return Hdf5Error(absl::StatusCode::kUnavailable, to_, path,
                     "the link cannot be created");
  }

  absl::Status Examine(const std::string& path, int depth, H5O_info_t* info) {
    if (depth > kMaxDepth)
      return CannotCopy(from_, path, "the groups are nested too deeply", "");
    if (!Exists(from_, path)) {
      Fault fault;
      fault.what = "there is no such object to copy";
      return ObjectError(absl::StatusCode::kNotFound, from_, path, fault);
    }
    if (H5Oget_info_by_name(from_.id(), path.c_str(), info, H5P_DEFAULT) >= 0)
      return absl::OkStatus();
    return Hdf5Error(absl::StatusCode::kDataLoss, from_, path,
                     "the object cannot be examined");
  }

  absl::Status CopyGroup(const std::string& path, int depth) {
    MIV_RETURN_IF_ERROR(MakeGroup(access_, to_, path));
    MIV_RETURN_IF_ERROR(Agree(CopyAttributes(path)));
    const absl::StatusOr<std::vector<std::string>> names =
        ChildNames(from_, path);
    MIV_RETURN_IF_ERROR(Agree(names.status()));
    for (const std::string& name : *names)
      MIV_RETURN_IF_ERROR(Copy(absl::StrCat(path, "/", name), depth + 1));
    return absl::OkStatus();
  }

  absl::Status CopyType(const std::string& path) {
    const Handle type(H5Topen2(from_.id(), path.c_str(), H5P_DEFAULT));
    const Handle copy(H5Tcopy(type.id()));
    if (H5Tcommit2(to_.id(), path.c_str(), copy.id(), H5P_DEFAULT,
                   TypeCreation().id(), H5P_DEFAULT) < 0)
      return Hdf5Error(absl::StatusCode::kUnavailable, to_, path,
                       "the type cannot be written");
    return CopyAttributes(path);
  }

  absl::StatusOr<Handle> OpenCopyable(const std::string& path) {
    MIV_ASSIGN_OR_RETURN(Handle source, OpenDataset(from_, path));
    if (!IsVariable(Handle(H5Dget_type(source.id())))) return source;
    return CannotCopy(from_, path,
                      "data of variable length and references are not copied",
                      TypeText(source));
  }

  absl::Status CopyDataset(const std::string& path) {
    const absl::StatusOr<Handle> source = OpenCopyable(path);
    MIV_RETURN_IF_ERROR(Agree(source.status()));
    const Handle type = FileTypeOf(Handle(H5Dget_type(source->id())));
    const Handle space(H5Dget_space(source->id()));
    std::vector<hsize_t> dims(
        std::max(0, H5Sget_simple_extent_ndims(space.id())));
    if (!dims.empty())
      H5Sget_simple_extent_dims(space.id(), dims.data(), nullptr);
    MIV_ASSIGN_OR_RETURN(const Handle target,
                         CreateLike(path, *source, type, dims));
    MIV_RETURN_IF_ERROR(Agree(CopyAttributes(path)));
    return Agree(CopyRows(*source, target, type, dims));
  }

  // Vectors are laid out as this project lays out vectors; other shapes and
  // types keep their extent in one piece.
  absl::StatusOr<Handle> CreateLike(const std::string& path,
                                    const Handle& source, const Handle& type,
                                    const std::vector<hsize_t>& dims) {
    Handle layout = DatasetCreation();
    Handle space(H5Dget_space(source.id()));
    H5Pset_alloc_time(layout.id(), H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(layout.id(), H5D_FILL_TIME_NEVER);
    if (dims.size() == 1) {
      const bool tree_index =
          absl::EndsWith(path, absl::StrCat("/", kTrees, "/", kCellIndex));
      layout = LayoutOf({dims[0], 0},
                        tree_index ? kTreeIndexChunk : ChunkRows(dims[0]));
      const hsize_t unlimited = H5S_UNLIMITED;
      space = Handle(H5Screate_simple(1, dims.data(), &unlimited));
    } else if (!dims.empty()) {
      space = Handle(H5Screate_simple(static_cast<int>(dims.size()),
                                      dims.data(), nullptr));
    }
    const Handle target(H5Dcreate2(to_.id(), path.c_str(), type.id(),
                                   space.id(), H5P_DEFAULT, layout.id(),
                                   H5P_DEFAULT));
    absl::Status status;
    if (!target.valid())
      status = Hdf5Error(absl::StatusCode::kUnavailable, to_, path,
                         "the dataset cannot be created");
    MIV_RETURN_IF_ERROR(Agree(status));
    return target;
  }

  // Rank r copies the r-th part of the rows, block by block.
  absl::Status CopyRows(const Handle& source, const Handle& target,
                        const Handle& type, const std::vector<hsize_t>& dims) {
    std::uint64_t row_bytes = H5Tget_size(type.id());
    for (std::size_t d = 1; d < dims.size(); ++d) row_bytes *= dims[d];
    const Handle space(H5Dget_space(source.id()));
    if (H5Sget_simple_extent_npoints(space.id()) == 0) return absl::OkStatus();
    const std::uint64_t rows = dims.empty() ? 1 : dims[0];
    const auto rank = static_cast<std::uint64_t>(access_.team->rank());
    const auto size = static_cast<std::uint64_t>(access_.team->size());
    const bool shared = !dims.empty() && rows * row_bytes > kSharedBytes;
    if (!shared && rank != 0) return absl::OkStatus();
    const std::uint64_t part = shared ? (rows + size - 1) / size : rows;
    const std::uint64_t last = std::min(rows, (rank + 1) * part);
    const std::uint64_t step =
        std::max<std::uint64_t>(1, kBlockBytes / row_bytes);
    std::vector<char> buffer;
    for (std::uint64_t row = rank * part; row < last; row += step)
      MIV_RETURN_IF_ERROR(CopyBlock(source, target, type, dims, row,
                                    std::min(step, last - row), row_bytes,
                                    &buffer));
    return absl::OkStatus();
  }

  absl::Status CopyBlock(const Handle& source, const Handle& target,
                         const Handle& type, std::vector<hsize_t> extent,
                         std::uint64_t row, std::uint64_t count,
                         std::uint64_t row_bytes, std::vector<char>* buffer) {
    buffer->resize(count * row_bytes);
    const Handle from(H5Dget_space(source.id()));
    const Handle to(H5Dget_space(target.id()));
    Handle memory(H5Screate(H5S_SCALAR));
    if (!extent.empty()) {
      std::vector<hsize_t> corner(extent.size(), 0);
      corner[0] = row;
      extent[0] = count;
      for (const Handle* space : {&from, &to})
        H5Sselect_hyperslab(space->id(), H5S_SELECT_SET, corner.data(), nullptr,
                            extent.data(), nullptr);
      memory = Handle(H5Screate_simple(static_cast<int>(extent.size()),
                                       extent.data(), nullptr));
    }
    const hid_t transfer =
        access_.transfer.valid() ? access_.transfer.id() : H5P_DEFAULT;
    if (H5Dread(source.id(), type.id(), memory.id(), from.id(), H5P_DEFAULT,
                buffer->data()) < 0)
      return Hdf5Error(absl::StatusCode::kDataLoss, source, PathOf(source),
                       "the values cannot be read");
    if (H5Dwrite(target.id(), type.id(), memory.id(), to.id(), transfer,
                 buffer->data()) < 0)
      return Hdf5Error(absl::StatusCode::kUnavailable, target, PathOf(target),
                       "the values cannot be written");
    return monitor_ ? monitor_(buffer->size()) : absl::OkStatus();
  }

  absl::Status CopyAttributes(const std::string& path) {
    const Handle source(H5Oopen(from_.id(), path.c_str(), H5P_DEFAULT));
    const Handle target(H5Oopen(to_.id(), path.c_str(), H5P_DEFAULT));
    std::vector<std::string> names;
    H5Aiterate2(
        source.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr,
        [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
          static_cast<std::vector<std::string>*>(out)->emplace_back(name);
          return 0;
        },
        &names);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names)
      MIV_RETURN_IF_ERROR(CopyAttribute(source, target, path, name));
    return absl::OkStatus();
  }

  absl::Status CopyAttribute(const Handle& source, const Handle& target,
                             const std::string& path, const std::string& name) {
    const Handle attribute(H5Aopen(source.id(), name.c_str(), H5P_DEFAULT));
    const Handle stored(H5Aget_type(attribute.id()));
    if (H5Tis_variable_str(stored.id()) > 0)
      return CopyText(attribute, stored, path, name);
    if (IsVariable(stored))
      return CannotCopy(from_, path,
                        "attributes of variable length are not copied", name);
    const Handle type = FileTypeOf(stored);
    const Handle space(H5Aget_space(attribute.id()));
    const auto count = H5Sget_simple_extent_npoints(space.id());
    std::vector<char> value(std::max<hssize_t>(0, count) *
                            H5Tget_size(type.id()));
    if (!value.empty() && H5Aread(attribute.id(), type.id(), value.data()) < 0)
      return Hdf5Error(absl::StatusCode::kDataLoss, from_, path,
                       absl::StrCat("attribute '", name, "' cannot be read"));
    const Handle copy(H5Acreate2(target.id(), name.c_str(), type.id(),
                                 space.id(), H5P_DEFAULT, H5P_DEFAULT));
    if (copy.valid() &&
        (value.empty() || H5Awrite(copy.id(), type.id(), value.data()) >= 0))
      return absl::OkStatus();
    return Hdf5Error(absl::StatusCode::kUnavailable, to_, path,
                     absl::StrCat("attribute '", name, "' cannot be written"));
  }

  // One string of variable length becomes one of fixed length.
  absl::Status CopyText(const Handle& attribute, const Handle& type,
                        const std::string& path, const std::string& name) {
    const Handle space(H5Aget_space(attribute.id()));
    char* text = nullptr;
    if (H5Sget_simple_extent_npoints(space.id()) != 1)
      return CannotCopy(from_, path, "arrays of strings are not copied", name);
    const Handle memory(H5Tget_native_type(type.id(), H5T_DIR_ASCEND));
    if (H5Aread(attribute.id(), memory.id(), &text) < 0 || text == nullptr)
      return Hdf5Error(absl::StatusCode::kDataLoss, from_, path,
                       absl::StrCat("attribute '", name, "' cannot be read"));
    absl::Status status = WriteAttribute(to_, path, name, text);
    H5free_memory(text);
    return status;
  }

  const FileAccess& access_;
  const Handle& from_;
  const Handle& to_;
  const WriteMonitor& monitor_;
  std::map<haddr_t, std::string> copied_;  ///< path here, by address there
};

}  // namespace

absl::Status Writer::CopyFrom(const std::string& source_path,
                              absl::string_view object,
                              const WriteMonitor& monitor) {
  absl::StatusOr<Handle> source = OpenFile(source_path);
  MIV_RETURN_IF_ERROR(access_.team->Agree(source.status()));
  MIV_RETURN_IF_ERROR(access_.team->Agree(CheckAbsent(file_, object)));
  const std::string path(object);
  const std::string parent = path.substr(0, path.rfind('/'));
  if (!parent.empty()) MIV_RETURN_IF_ERROR(MakeGroup(access_, file_, parent));
  return Copier(access_, *source, file_, monitor).Copy(path);
}

absl::StatusOr<std::uint64_t> BytesToCopy(const std::string& path,
                                          absl::string_view object) {
  MIV_ASSIGN_OR_RETURN(const Handle file, OpenFile(path));
  MIV_ASSIGN_OR_RETURN(const Handle group, OpenGroup(file, object));
  std::uint64_t bytes = 0;
  H5Ovisit2(
      group.id(), H5_INDEX_NAME, H5_ITER_NATIVE,
      [](hid_t root, const char* name, const H5O_info_t* info,
         void* out) -> herr_t {
        if (info->type != H5O_TYPE_DATASET) return 0;
        const Handle dataset(H5Dopen2(root, name, H5P_DEFAULT));
        const Handle space(H5Dget_space(dataset.id()));
        const Handle type(H5Dget_type(dataset.id()));
        const hssize_t count = H5Sget_simple_extent_npoints(space.id());
        *static_cast<std::uint64_t*>(out) +=
            static_cast<std::uint64_t>(std::max<hssize_t>(0, count)) *
            H5Tget_size(type.id());
        return 0;
      },
      &bytes, H5O_INFO_BASIC);
  return bytes;
}

}  // namespace miv::neuroh5
