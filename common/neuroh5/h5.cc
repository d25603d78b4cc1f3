#include "common/neuroh5/h5.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "absl/strings/str_cat.h"

namespace miv::neuroh5 {
namespace {

// Properties of every file that is opened here.  Closing the file closes what
// is open in it.
void SetFileProperties(const Handle& properties) {
  H5Pset_fclose_degree(properties.id(), H5F_CLOSE_STRONG);
  H5Pset_file_locking(properties.id(), /*use=*/false, /*ignore_disabled=*/true);
}

// No cache of chunks: values come and go in large blocks, which would be copied
// through it, and into memory that is new for every chunk.
void BypassChunkCache(const Handle& properties) {
  H5Pset_cache(properties.id(), 0, 521, 0, 0.75);
}

// The innermost message of HDF5's error stack.
std::string ErrorText() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned n, const H5E_error2_t* error, void* out) -> herr_t {
        if (n == 0 && error->desc != nullptr)
          *static_cast<std::string*>(out) = error->desc;
        return 0;
      },
      &text);
  return text;
}

template <typename Query>
std::string NameOf(Query query) {
  const ssize_t size = query(nullptr, 0);
  if (size <= 0) return "";
  std::string name(static_cast<std::size_t>(size) + 1, '\0');
  query(name.data(), name.size());
  name.resize(static_cast<std::size_t>(size));
  return name;
}

Handle WithoutTimes(hid_t property_class) {
  Handle list(H5Pcreate(property_class));
  H5Pset_obj_track_times(list.id(), false);
  return list;
}

absl::Status CannotRead(const std::string& path) {
  Fault fault;
  fault.reason = "FILE_UNREADABLE";
  fault.file = path;
  if (errno == ENOENT || errno == ENOTDIR) {
    fault.what = "no such file";
    fault.remedy = "Check the path.";
    return MakeStatus(absl::StatusCode::kNotFound, fault);
  }
  fault.what = "the file cannot be opened for reading";
  fault.remedy = "Check its permissions.";
  return MakeStatus(absl::StatusCode::kPermissionDenied, fault);
}

}  // namespace

void InitialiseHdf5() {
  static std::once_flag once;
  std::call_once(once, [] {
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", /*overwrite=*/0);
    H5open();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  });
}

hid_t NativeType(Element element) {
  switch (element) {
    // clang-format off
    case Element::kF32: return H5T_NATIVE_FLOAT;
    case Element::kU8: return H5T_NATIVE_UINT8;
    case Element::kI8: return H5T_NATIVE_INT8;
    case Element::kU16: return H5T_NATIVE_UINT16;
    case Element::kI16: return H5T_NATIVE_INT16;
    case Element::kU32: return H5T_NATIVE_UINT32;
    case Element::kI32: return H5T_NATIVE_INT32;
    case Element::kU64: return H5T_NATIVE_UINT64;
    case Element::kI64: return H5T_NATIVE_INT64;
    case Element::kF64: return H5T_NATIVE_DOUBLE;
      // clang-format on
  }
  return -1;
}

hid_t FileType(Element element) {
  switch (element) {
    // clang-format off
    case Element::kF32: return H5T_IEEE_F32LE;
    case Element::kU8: return H5T_STD_U8LE;
    case Element::kI8: return H5T_STD_I8LE;
    case Element::kU16: return H5T_STD_U16LE;
    case Element::kI16: return H5T_STD_I16LE;
    case Element::kU32: return H5T_STD_U32LE;
    case Element::kI32: return H5T_STD_I32LE;
    case Element::kU64: return H5T_STD_U64LE;
    case Element::kI64: return H5T_STD_I64LE;
    case Element::kF64: return H5T_IEEE_F64LE;
      // clang-format on
  }
  return -1;
}

std::string FileOf(const Handle& object) {
  return NameOf([&](char* name, std::size_t size) {
    return H5Fget_name(object.id(), name, size);
  });
}

std::string PathOf(const Handle& object) {
  return NameOf([&](char* name, std::size_t size) {
    return H5Iget_name(object.id(), name, size);
  });
}

absl::Status Hdf5Error(absl::StatusCode code, const Handle& near,
                       absl::string_view object_path, absl::string_view what) {
  Fault fault;
  fault.found = absl::StrCat("HDF5: ", ErrorText());
  fault.reason = "HDF5_ERROR";
  fault.what = std::string(what);
  return ObjectError(code, near, object_path, std::move(fault));
}

absl::Status ObjectError(absl::StatusCode code, const Handle& near,
                         absl::string_view object_path, Fault fault) {
  if (fault.reason.empty()) fault.reason = "NEUROH5_INVALID";
  fault.file = FileOf(near);
  fault.field = std::string(object_path);
  return MakeStatus(code, fault);
}

absl::Status InFile(const absl::Status& status, absl::string_view path) {
  Fault context;
  context.file = std::string(path);
  return WithContext(status, context);
}

Handle DatasetCreation() { return WithoutTimes(H5P_DATASET_CREATE); }
Handle GroupCreation() { return WithoutTimes(H5P_GROUP_CREATE); }
Handle TypeCreation() { return WithoutTimes(H5P_DATATYPE_CREATE); }

absl::StatusOr<Handle> OpenFile(const std::string& path) {
  InitialiseHdf5();
  if (access(path.c_str(), R_OK) != 0) return CannotRead(path);
  Handle properties(H5Pcreate(H5P_FILE_ACCESS));
  SetFileProperties(properties);
  BypassChunkCache(properties);
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, properties.id()));
  if (file.valid()) return file;
  Fault fault;
  fault.found = absl::StrCat("HDF5: ", ErrorText());
  fault.reason = "NOT_HDF5";
  fault.file = path;
  const bool is_hdf5 = H5Fis_hdf5(path.c_str()) > 0;
  fault.what = is_hdf5 ? "the HDF5 file is damaged or cut short"
                       : "the file is not an HDF5 file";
  fault.expected = "a neuroh5 file";
  fault.remedy =
      is_hdf5 ? "Copy or build it again." : "Check that it is the right file.";
  return MakeStatus(absl::StatusCode::kDataLoss, fault);
}

absl::StatusOr<Handle> CreateFile(const std::string& path,
                                  const FileAccess& access) {
  InitialiseHdf5();
  Handle properties(access.file.valid() ? H5Pcopy(access.file.id())
                                        : H5Pcreate(H5P_FILE_ACCESS));
  SetFileProperties(properties);
  BypassChunkCache(properties);
  Handle file(
      H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, properties.id()));
  if (file.valid()) return file;
  Fault fault;
  fault.found = absl::StrCat("HDF5: ", ErrorText());
  fault.reason = "FILE_NOT_WRITABLE";
  fault.file = path;
  fault.what = "the file cannot be created";
  fault.remedy = "Check that the directory exists, is writable and has room.";
  return MakeStatus(absl::StatusCode::kUnavailable, fault);
}

}  // namespace miv::neuroh5
