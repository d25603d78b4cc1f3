#pragma once

// User-facing errors: an absl::Status whose message is complete in itself and
// whose payload keeps the parts, so that they survive the wire.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace miv {

/// What went wrong, where, and what to do.  Empty parts are left out.
struct Fault {
  std::string reason;    ///< stable UPPER_SNAKE name, "UNKNOWN_CONFIG_KEY"
  std::string step;      ///< step of the pipeline
  std::string field;     ///< "steps.forest_PYR.config.morphology"
  std::string file;      ///< as the user named it
  int line = 0;          ///< 1-based; 0 = unknown
  std::string what;      ///< the story in one clause, no period
  std::string expected;
  std::string found;
  std::string remedy;    ///< a full sentence
  int rank = -1;         ///< of a running task; -1 = not about a rank
  std::int64_t gid = -1;
  double simulated_ms = -1;
  std::string phase;
  std::string output;    ///< the compiler's, NEURON's or MPI's own text
};

/// A status of `code` with the message
///   FILE:LINE: FIELD: WHAT; expected E, found F. REMEDY
/// (absent parts omitted; `output` follows on lines of its own).
absl::Status MakeStatus(absl::StatusCode code, const Fault& fault);

/// Shorthand for MakeStatus(kInvalidArgument, ...): the caller's input is wrong.
absl::Status InvalidInput(const Fault& fault);

/// The parts of a status made by MakeStatus; nullopt for any other status.
std::optional<Fault> FaultOf(const absl::Status& status);

/// The parts of any error: FaultOf, or a fault whose `what` is the message.
Fault FaultOrMessage(const absl::Status& status);

/// The same error seen from further out: fills the parts of `context` that the
/// error lacks (step, file, field prefix stays as it is) and keeps its code.
absl::Status WithContext(const absl::Status& status, const Fault& context);

/// A JSON object with one member per part, all of them present; and back.
/// Absent members and members of another type become empty parts.
std::string FaultToJson(const Fault& fault);
Fault FaultFromJson(absl::string_view json);

/// The file in its output directory in which a rank leaves its fault, as JSON,
/// when it has to end its group without the others' consent.
inline constexpr char kFailureFile[] = "failure.json";

}  // namespace miv
