#pragma once

// An HDF5 identifier that closes itself.

#include <cstdint>
#include <utility>

namespace miv::neuroh5 {

/// Owns one reference to an HDF5 object of any kind (file, group, dataset,
/// type, dataspace, property list).  Copies share the object.
class Handle {
 public:
  Handle() = default;
  /// Takes over a fresh identifier; negative = none.
  explicit Handle(std::int64_t id) : id_(id) {}
  ~Handle() { Reset(); }
  Handle(const Handle& other);
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }

  bool valid() const { return id_ >= 0; }
  /// The hid_t.
  std::int64_t id() const { return id_; }
  /// Closes; false if HDF5 reports an error (a write that failed late).
  bool Reset();

 private:
  std::int64_t id_ = -1;
};

}  // namespace miv::neuroh5
