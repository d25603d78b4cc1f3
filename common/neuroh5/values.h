#pragma once

// The seven value types of neuroh5 and ragged arrays of them, one entry per
// cell.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace miv::neuroh5 {

/// In the order of neuroh5's own attribute lists, which is the order of the
/// alternatives of Values.
enum class ValueType { kF32, kU8, kI8, kU16, kI16, kU32, kI32 };

/// "f32", "u8", "i8", "u16", "i16", "u32", "i32".
absl::string_view NameOf(ValueType type);
/// Bytes of one value.
std::size_t SizeOf(ValueType type);

using Values =
    std::variant<std::vector<float>, std::vector<std::uint8_t>,
                 std::vector<std::int8_t>, std::vector<std::uint16_t>,
                 std::vector<std::int16_t>, std::vector<std::uint32_t>,
                 std::vector<std::int32_t>>;

using ValuesView =
    std::variant<absl::Span<const float>, absl::Span<const std::uint8_t>,
                 absl::Span<const std::int8_t>, absl::Span<const std::uint16_t>,
                 absl::Span<const std::int16_t>,
                 absl::Span<const std::uint32_t>,
                 absl::Span<const std::int32_t>>;

inline ValueType TypeOf(const Values& values) {
  return static_cast<ValueType>(values.index());
}
inline ValueType TypeOf(const ValuesView& values) {
  return static_cast<ValueType>(values.index());
}
/// The ValueType of a C++ type.
template <typename T>
ValueType TypeFor() {
  return TypeOf(Values(std::vector<T>()));
}
std::size_t SizeOf(const Values& values);
std::size_t SizeOf(const ValuesView& values);
ValuesView ViewOf(const Values& values);
/// The count values from first on.
ValuesView Slice(const ValuesView& values, std::size_t first,
                 std::size_t count);
/// An empty array of this type.
Values EmptyValues(ValueType type);

/// One attribute of some cells: cell i has the global gid gids[i] and owns
/// values[offsets[i], offsets[i + 1]).
///   gids    [n]
///   offsets [n + 1], offsets[0] = 0, offsets[n] = values.size()
template <typename T>
struct Ragged {
  std::vector<std::uint32_t> gids;
  std::vector<std::uint64_t> offsets = {0};
  std::vector<T> values;

  std::size_t size() const { return gids.size(); }
  /// The values of the i-th cell (not of gid i).
  absl::Span<const T> operator[](std::size_t i) const {
    return absl::MakeConstSpan(values).subspan(offsets[i],
                                               offsets[i + 1] - offsets[i]);
  }
};

/// Ragged of a type known at run time only.
struct RaggedValues {
  std::vector<std::uint32_t> gids;
  std::vector<std::uint64_t> offsets = {0};
  Values values;
};

}  // namespace miv::neuroh5
