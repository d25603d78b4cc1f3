#include "absl/strings/str_cat.h"
#include "common/neuroh5/h5.h"

namespace miv::neuroh5 {
namespace {

std::string TypeText(hid_t type) {
  const std::size_t bits = 8 * H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return absl::StrCat("f", bits);
    case H5T_INTEGER:
      return absl::StrCat(H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "i", bits);
    case H5T_ENUM:
      return bits == 8 ? "u8" : absl::StrCat("enum", bits);
    case H5T_STRING:
      return "string";
    case H5T_COMPOUND:
      return "compound";
    default:
      return "other";
  }
}

}  // namespace

std::string TypeText(const Handle& dataset) {
  const Handle type(H5Dget_type(dataset.id()));
  return TypeText(type.id());
}

absl::StatusOr<ValueType> StoredType(const Handle& dataset) {
  const std::string text = TypeText(dataset);
  for (int i = 0; i <= static_cast<int>(ValueType::kI32); ++i) {
    const auto type = static_cast<ValueType>(i);
    if (text == NameOf(type)) return type;
  }
  Fault fault;
  fault.what = "neuroh5 does not allow values of this type";
  fault.expected = "f32, u8, i8, u16, i16, u32 or i32";
  fault.found = text;
  fault.remedy = "Convert the values and write the attribute again.";
  return ObjectError(absl::StatusCode::kFailedPrecondition, dataset,
                     PathOf(dataset), fault);
}

}  // namespace miv::neuroh5
