#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/base/fault.h"

namespace miv::client {

/// An error over several lines: where, what, expected, found, where in the
/// simulation, the remedy, and a program's own output indented.
std::string ErrorText(const absl::Status& status, bool colour);
std::string FaultText(const Fault& fault, bool colour);

}  // namespace miv::client
