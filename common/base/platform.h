#pragma once

// The numeric platform that results depend on.

#include <nlohmann/json.hpp>

namespace miv {

/// What decides the last bit of a number here, beside the config:
///   {"cpu_level": "x86-64-v3", "libc": "glibc 2.36", "compiler": "GCC 12.2.0"}
/// cpu_level: the instructions that the mathematical library chooses by; on
/// other processors, the name of the machine.
nlohmann::json NumericPlatform();

}  // namespace miv
