#include "client/cli/h5_tree.h"

#include <hdf5.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/handle.h"

namespace miv::client {
namespace {

using neuroh5::Handle;

std::string TypeName(const Handle& type) {
  const std::string bits = absl::StrCat(8 * H5Tget_size(type.id()));
  switch (H5Tget_class(type.id())) {
    case H5T_INTEGER:
      return (H5Tget_sign(type.id()) == H5T_SGN_NONE ? "u" : "i") + bits;
    case H5T_FLOAT:
      return "f" + bits;
    case H5T_STRING:
      return "string";
    case H5T_ENUM:
      return "enum";
    case H5T_COMPOUND:
      return "compound";
    default:
      return "other";
  }
}

H5Object Describe(const Handle& object, const std::string& path) {
  H5Object described{.path = path};
  const auto kind = H5Iget_type(object.id());
  described.group = kind == H5I_GROUP;
  if (kind == H5I_DATATYPE) described.type = "type";
  if (kind != H5I_DATASET) return described;
  described.type = TypeName(Handle(H5Dget_type(object.id())));
  const Handle space(H5Dget_space(object.id()));
  const int rank = H5Sget_simple_extent_ndims(space.id());
  std::vector<hsize_t> extent(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank > 0) H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr);
  described.shape.assign(extent.begin(), extent.end());
  return described;
}

absl::Status Visit(const Handle& file, const std::string& path,
                   std::vector<H5Object>* objects) {
  MIV_ASSIGN_OR_RETURN(const auto names, neuroh5::ChildNames(file, path));
  for (const auto& name : names) {
    const std::string child =
        path == "/" ? absl::StrCat("/", name) : absl::StrCat(path, "/", name);
    const Handle object(H5Oopen(file.id(), child.c_str(), H5P_DEFAULT));
    if (!object.valid()) continue;  // a link to nowhere
    objects->push_back(Describe(object, child));
    if (objects->back().group) MIV_RETURN_IF_ERROR(Visit(file, child, objects));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<H5Object>> ListH5(const std::string& file,
                                             const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return MakeStatus(absl::StatusCode::kNotFound,
                      {.reason = "FILE_NOT_FOUND",
                       .file = file,
                       .what = "there is no such file"});
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!handle.valid())
    return MakeStatus(absl::StatusCode::kDataLoss,
                      {.reason = "NOT_HDF5",
                       .file = file,
                       .what = "not an HDF5 file, or one that is cut short"});
  std::vector<H5Object> objects;
  MIV_RETURN_IF_ERROR(Visit(handle, path, &objects));
  return objects;
}

}  // namespace miv::client
