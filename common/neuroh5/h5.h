#pragma once

// The plumbing under this directory's sources: property lists, native types and
// errors.  Includes <hdf5.h>; nothing outside this directory includes it.

#include <hdf5.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/fault.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/values.h"

namespace miv::neuroh5 {

/// The memory and the file type of an element.  Not to be closed.
hid_t NativeType(Element element);
hid_t FileType(Element element);

/// Name of the file that an object belongs to, and the object's path.
std::string FileOf(const Handle& object);
std::string PathOf(const Handle& object);

/// A status about `object_path` of the file that `near` belongs to.  Its
/// `found` is what HDF5 says about the call that just failed.
absl::Status Hdf5Error(absl::StatusCode code, const Handle& near,
                       absl::string_view object_path, absl::string_view what);

/// A status about an object whose content is wrong; fills file and field in.
absl::Status ObjectError(absl::StatusCode code, const Handle& near,
                         absl::string_view object_path, Fault fault);

/// The same error with the file filled in.
absl::Status InFile(const absl::Status& status, absl::string_view path);

/// The neuroh5 value type of a dataset; an enum of one byte counts as u8.
/// Errors: FailedPrecondition for any other type.
absl::StatusOr<ValueType> StoredType(const Handle& dataset);
/// "f64", "i64", "string", ...
std::string TypeText(const Handle& dataset);
inline Element ElementOf(ValueType type) { return static_cast<Element>(type); }

/// Refuses a length that would exhaust memory although there is nothing stored
/// behind it.  Errors: DataLoss.
absl::Status CheckStored(const Handle& dataset, std::uint64_t length,
                         std::size_t element_size);

/// Creation property lists without times.
Handle DatasetCreation();
/// How datasets of this shape are stored; `chunk` counts rows.
Handle LayoutOf(Shape shape, std::uint64_t chunk);
Handle GroupCreation();
Handle TypeCreation();

/// Existing file, read only.  Errors: as Reader::Open.
absl::StatusOr<Handle> OpenFile(const std::string& path);
/// New file, replacing an old one.  Collective.
absl::StatusOr<Handle> CreateFile(const std::string& path,
                                  const FileAccess& access);

}  // namespace miv::neuroh5
