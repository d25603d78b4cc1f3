#include "common/neuroh5/handle.h"

#include <hdf5.h>

namespace miv::neuroh5 {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

Handle::Handle(const Handle& other) : id_(other.id_) {
  if (valid()) H5Iinc_ref(id_);
}

bool Handle::Reset() {
  const std::int64_t id = std::exchange(id_, -1);
  return id < 0 || H5Idec_ref(id) >= 0;
}

}  // namespace miv::neuroh5
