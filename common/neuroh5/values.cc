#include "common/neuroh5/values.h"

namespace miv::neuroh5 {

absl::string_view NameOf(ValueType type) {
  switch (type) {
    case ValueType::kF32:
      return "f32";
    case ValueType::kU8:
      return "u8";
    case ValueType::kI8:
      return "i8";
    case ValueType::kU16:
      return "u16";
    case ValueType::kI16:
      return "i16";
    case ValueType::kU32:
      return "u32";
    case ValueType::kI32:
      return "i32";
  }
  return "";
}

std::size_t SizeOf(ValueType type) {
  switch (type) {
    case ValueType::kU8:
    case ValueType::kI8:
      return 1;
    case ValueType::kU16:
    case ValueType::kI16:
      return 2;
    case ValueType::kF32:
    case ValueType::kU32:
    case ValueType::kI32:
      return 4;
  }
  return 0;
}

std::size_t SizeOf(const Values& values) {
  return std::visit([](const auto& v) { return v.size(); }, values);
}

std::size_t SizeOf(const ValuesView& values) {
  return std::visit([](const auto& v) { return v.size(); }, values);
}

ValuesView ViewOf(const Values& values) {
  return std::visit(
      [](const auto& v) -> ValuesView { return absl::MakeConstSpan(v); },
      values);
}

ValuesView Slice(const ValuesView& values, std::size_t first,
                 std::size_t count) {
  return std::visit(
      [&](const auto& v) -> ValuesView { return v.subspan(first, count); },
      values);
}

Values EmptyValues(ValueType type) {
  switch (type) {
    case ValueType::kF32:
      return std::vector<float>();
    case ValueType::kU8:
      return std::vector<std::uint8_t>();
    case ValueType::kI8:
      return std::vector<std::int8_t>();
    case ValueType::kU16:
      return std::vector<std::uint16_t>();
    case ValueType::kI16:
      return std::vector<std::int16_t>();
    case ValueType::kU32:
      return std::vector<std::uint32_t>();
    case ValueType::kI32:
      return std::vector<std::int32_t>();
  }
  return {};
}

}  // namespace miv::neuroh5
