#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/h5.h"

namespace miv::neuroh5 {
namespace {

/// Chunks that a filter has unpacked are kept, so that a chunk that is read in
/// pieces is unpacked once: this many, within these bounds.
constexpr std::uint64_t kFilteredChunks = 4;
constexpr std::uint64_t kLeastFilteredBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostFilteredBytes = std::uint64_t{64} << 20;

// Where a link leads; nothing behind an external link is touched.
enum class LinkState { kMissing, kPresent, kExternal };
LinkState CheckLinks(const Handle& file, absl::string_view path) {
  std::string prefix;
  for (const absl::string_view part :
       absl::StrSplit(path, '/', absl::SkipEmpty())) {
    absl::StrAppend(&prefix, "/", part);
    H5L_info_t info;
    if (H5Lget_info(file.id(), prefix.c_str(), &info, H5P_DEFAULT) < 0)
      return LinkState::kMissing;
    if (info.type != H5L_TYPE_HARD && info.type != H5L_TYPE_SOFT)
      return LinkState::kExternal;
    if (info.type == H5L_TYPE_SOFT &&
        H5Oexists_by_name(file.id(), prefix.c_str(), H5P_DEFAULT) <= 0)
      return LinkState::kMissing;
  }
  return LinkState::kPresent;
}

absl::StatusOr<Handle> OpenObject(const Handle& file, absl::string_view path,
                                  H5I_type_t kind, absl::string_view noun) {
  Fault fault;
  switch (CheckLinks(file, path)) {
    case LinkState::kMissing:
      fault.what = absl::StrCat("there is no such ", noun);
      return ObjectError(absl::StatusCode::kNotFound, file, path, fault);
    case LinkState::kExternal:
      fault.what = "the object lies in another file (external link)";
      fault.remedy = "Copy the linked data into this file.";
      return ObjectError(absl::StatusCode::kFailedPrecondition, file, path,
                         fault);
    case LinkState::kPresent:
      break;
  }
  Handle object(H5Oopen(file.id(), std::string(path).c_str(), H5P_DEFAULT));
  if (!object.valid())
    return Hdf5Error(absl::StatusCode::kDataLoss, file, path,
                     absl::StrCat("the ", noun, " cannot be opened"));
  if (H5Iget_type(object.id()) == kind) return object;
  fault.what = absl::StrCat("the object is not a ", noun);
  return ObjectError(absl::StatusCode::kDataLoss, file, path, fault);
}

// Whether the values are stored through filters.  (Copying the creation
// properties to ask them costs more than opening the dataset.)
bool IsFiltered(const Handle& dataset) {
  constexpr unsigned kFilterMessage = 0x0b;  // HDF5 file format, IV.A.2.l
  H5O_info_t info;
  return H5Oget_info2(dataset.id(), &info, H5O_INFO_HDR) >= 0 &&
         (info.hdr.mesg.present >> kFilterMessage & 1) != 0;
}

std::uint64_t ChunkBytes(const Handle& dataset) {
  const Handle creation(H5Dget_create_plist(dataset.id()));
  hsize_t dims[H5S_MAX_RANK];
  const int rank = H5Pget_chunk(creation.id(), H5S_MAX_RANK, dims);
  const Handle type(H5Dget_type(dataset.id()));
  std::uint64_t bytes = std::max<std::size_t>(1, H5Tget_size(type.id()));
  for (int d = 0; d < rank; ++d) {
    if (dims[d] > kMostFilteredBytes / bytes) return kMostFilteredBytes;
    bytes *= std::max<hsize_t>(1, dims[d]);
  }
  return bytes;
}

absl::Status CannotWriteAttribute(const Handle& file, absl::string_view path,
                                  absl::string_view name) {
  return Hdf5Error(
      absl::StatusCode::kUnavailable, file, path,
      absl::StrCat("the HDF5 attribute '", name, "' cannot be written"));
}

absl::Status PutAttribute(const Handle& file, absl::string_view path,
                          absl::string_view name, hid_t file_type,
                          const Handle& space, hid_t memory_type,
                          const void* value) {
  if (!Exists(file, path)) {
    Fault fault;
    fault.what = "there is no such object to attach an attribute to";
    return ObjectError(absl::StatusCode::kNotFound, file, path, fault);
  }
  Handle attribute(H5Acreate_by_name(
      file.id(), std::string(path).c_str(), std::string(name).c_str(),
      file_type, space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid()) return CannotWriteAttribute(file, path, name);
  if (H5Awrite(attribute.id(), memory_type, value) < 0)
    return CannotWriteAttribute(file, path, name);
  return absl::OkStatus();
}

}  // namespace

bool Exists(const Handle& file, absl::string_view path) {
  return CheckLinks(file, path) == LinkState::kPresent;
}

absl::StatusOr<Handle> OpenGroup(const Handle& file, absl::string_view path) {
  return OpenObject(file, path, H5I_GROUP, "group");
}

absl::StatusOr<Handle> OpenDataset(const Handle& file, absl::string_view path) {
  MIV_ASSIGN_OR_RETURN(Handle dataset,
                       OpenObject(file, path, H5I_DATASET, "dataset"));
  if (!IsFiltered(dataset)) return dataset;
  const std::uint64_t bytes =
      std::clamp(ChunkBytes(dataset) * kFilteredChunks, kLeastFilteredBytes,
                 kMostFilteredBytes);
  dataset.Reset();
  const Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_chunk_cache(access.id(), 521, bytes, 1);
  dataset = Handle(H5Dopen2(file.id(), std::string(path).c_str(), access.id()));
  if (dataset.valid()) return dataset;
  return Hdf5Error(absl::StatusCode::kDataLoss, file, path,
                   "the dataset cannot be opened");
}

absl::StatusOr<Handle> CreateGroup(const Handle& file, absl::string_view path) {
  const Handle creation = GroupCreation();
  std::string prefix;
  for (const absl::string_view part :
       absl::StrSplit(path, '/', absl::SkipEmpty())) {
    absl::StrAppend(&prefix, "/", part);
    if (H5Lexists(file.id(), prefix.c_str(), H5P_DEFAULT) > 0) continue;
    const Handle group(H5Gcreate2(file.id(), prefix.c_str(), H5P_DEFAULT,
                                  creation.id(), H5P_DEFAULT));
    if (!group.valid())
      return Hdf5Error(absl::StatusCode::kUnavailable, file, prefix,
                       "the group cannot be created");
  }
  return OpenGroup(file, path);
}

absl::StatusOr<std::vector<std::string>> ChildNames(const Handle& file,
                                                    absl::string_view path) {
  std::vector<std::string> names;
  if (!Exists(file, path)) return names;
  MIV_ASSIGN_OR_RETURN(const Handle group, OpenGroup(file, path));
  const herr_t result = H5Literate(
      group.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
        static_cast<std::vector<std::string>*>(out)->emplace_back(name);
        return 0;
      },
      &names);
  if (result < 0)
    return Hdf5Error(absl::StatusCode::kDataLoss, file, path,
                     "the group cannot be listed");
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status WriteAttribute(const Handle& file, absl::string_view path,
                            absl::string_view name,
                            absl::Span<const double> values, bool scalar) {
  const hsize_t count = values.size();
  const Handle space(scalar ? H5Screate(H5S_SCALAR)
                            : H5Screate_simple(1, &count, nullptr));
  return PutAttribute(file, path, name, H5T_IEEE_F64LE, space,
                      H5T_NATIVE_DOUBLE, values.data());
}

absl::Status WriteAttribute(const Handle& file, absl::string_view path,
                            absl::string_view name, absl::string_view text) {
  const Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.id(), std::max<std::size_t>(1, text.size()));
  H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  const Handle space(H5Screate(H5S_SCALAR));
  return PutAttribute(file, path, name, type.id(), space, type.id(),
                      std::string(text).c_str());
}

absl::StatusOr<double> ReadNumberAttribute(const Handle& file,
                                           absl::string_view path,
                                           absl::string_view name) {
  Fault fault;
  const std::string object(path), key(name);
  if (!Exists(file, path) || H5Aexists_by_name(file.id(), object.c_str(),
                                               key.c_str(), H5P_DEFAULT) <= 0) {
    fault.what = absl::StrCat("there is no HDF5 attribute '", name, "'");
    return ObjectError(absl::StatusCode::kNotFound, file, path, fault);
  }
  const Handle attribute(H5Aopen_by_name(file.id(), object.c_str(), key.c_str(),
                                         H5P_DEFAULT, H5P_DEFAULT));
  const Handle space(H5Aget_space(attribute.id()));
  double value = 0;
  if (H5Sget_simple_extent_npoints(space.id()) == 1 &&
      H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, &value) >= 0)
    return value;
  fault.what = absl::StrCat("the HDF5 attribute '", name, "' is not a number");
  fault.expected = "one number";
  return ObjectError(absl::StatusCode::kDataLoss, file, path, fault);
}

}  // namespace miv::neuroh5
