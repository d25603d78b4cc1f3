#pragma once

// Private to this directory: running NEURON code so that its errors become
// statuses.

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace miv::simulate::neuron {

/// Runs `body`; an error that NEURON raises inside (hoc_execerror, a longjmp)
/// returns here as InvalidArgument, reason NEURON_ERROR, with NEURON's own text
/// as output and "<doing> failed" as the story.
///
/// No destructor of `body`'s frames runs on that path: own strings and vectors
/// outside and capture them by reference.  Guards do not nest.
absl::Status Guarded(absl::string_view doing, absl::FunctionRef<void()> body);

/// Directs everything NEURON prints into this process' memory.  Once, after
/// NEURON has started.
void CaptureOutput();

/// Adds to what NEURON printed: stream 1 is stdout, 2 stderr.
void AppendOutput(int stream, const char* text);

/// What NEURON printed to stdout since the last call, at most 64 KiB.
std::string TakeOutputText();

/// What NEURON printed to stderr since the last call, at most 64 KiB.
std::string TakeErrorText();

}  // namespace miv::simulate::neuron
