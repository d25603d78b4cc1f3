#pragma once

// What the expressions `o.name`, `o.name(arguments)` and `o._[i]` of a hoc
// template evaluate to when o is a native value (python_value.h).

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "worker/simulate/neuron/python_value.h"

namespace miv::simulate::neuron {

/// What a hoc variable refers to: a value, or an iterator over one.
struct PythonReference {
  PythonValuePtr value;
  std::int64_t position = -1;  ///< next element of an iterator; -1: a value
};

/// An argument: monostate stands for an object that is no native value.
using PythonArgument =
    std::variant<std::monostate, double, std::string, PythonReference>;

/// A result; monostate is None, hoc's NULLobject.
struct PythonResult {
  std::variant<std::monostate, double, std::string, PythonReference> content;
  std::string error;  ///< not empty: the call is an error with this text
};

/// Evaluates attribute `name` of `self`; iterators advance.
PythonResult EvaluatePython(PythonReference& self, absl::string_view name,
                            absl::Span<const PythonArgument> arguments);

/// Empty if `nrnpython(statement)` can be ignored: it imports numpy or math, of
/// which a template can reach nothing.  Otherwise the text of the error.
std::string RefusalOfStatement(absl::string_view statement);

}  // namespace miv::simulate::neuron
