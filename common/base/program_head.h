#pragma once

// How a program that a user sends can be executed, as its first bytes tell.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv {

/// Bytes of a program that InterpreterOf looks at.
inline constexpr std::size_t kProgramHead = 256;

/// The absolute path in the #! line of a program that begins with `head`; ""
/// for a compiled one (ELF), which needs none.
/// field, file: what named the program, for the error.
/// Errors: InvalidArgument NO_INTERPRETER with a remedy for anything else.
absl::StatusOr<std::string> InterpreterOf(absl::string_view head,
                                          absl::string_view field,
                                          absl::string_view file);

}  // namespace miv
