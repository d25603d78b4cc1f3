#pragma once

// Values in and out of a string of bytes, in this machine's representation.

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace miv::simulate::neuron {

class StateWriter {
 public:
  template <typename T>
  void Put(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void PutDoubles(const double* values, std::size_t count) {
    bytes_.append(reinterpret_cast<const char*>(values),
                  count * sizeof *values);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// After the end every value is 0 and ok() is false.
class StateReader {
 public:
  explicit StateReader(absl::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Get() {
    T value{};
    Copy(&value, sizeof value);
    return value;
  }
  void GetDoubles(double* values, std::size_t count) {
    Copy(values, count * sizeof *values);
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }

 private:
  void Copy(void* target, std::size_t size) {
    ok_ = ok_ && size <= bytes_.size();
    if (!ok_) return;
    std::memcpy(target, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }

  absl::string_view bytes_;
  bool ok_ = true;
};

}  // namespace miv::simulate::neuron
