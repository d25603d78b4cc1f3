#pragma once

// NMODL files to a library that NEURON can load.  Runs programs: use it in the
// preflight process, never inside an MPI group.

#include <string>

#include "absl/status/statusor.h"
#include "worker/simulate/neuron/compile/mod_source.h"

namespace miv::simulate::neuron {

/// The programs and files that compiling needs.
struct MechanismTools {
  std::string nocmodl;  ///< NMODL translator of NEURON
  std::string units;    ///< nrnunits.lib
  std::string library;  ///< libnrniv.so
  std::string include;  ///< directory of NEURON's headers
  std::string compiler = "cc";

  /// Those that this program was configured with.
  static MechanismTools Installed();
};

struct CompileRequest {
  std::string directory;         ///< sources, searched recursively
  std::string label;             ///< what the user calls it
  std::string output_directory;  ///< exists; receives libnrnmech.so
  MechanismTools tools = MechanismTools::Installed();
};

struct CompiledMechanisms {
  std::string library;  ///< path of libnrnmech.so
  std::string key;      ///< MechanismKey of what it was made from
  int files = 0;
};

/// Digest of everything that the library depends on: relative path and bytes of
/// every source, the translator, NEURON's version, the compiler's version and
/// the flags.  Equal keys: equal libraries.
absl::StatusOr<std::string> MechanismKey(const ModSources& sources,
                                         const MechanismTools& tools);

/// Translates and compiles all files, as many at a time as there are cores.
/// The library appears whole or not at all.
/// Errors: as ReadModSources; InvalidArgument, reason MECHANISM_COMPILE, with
/// the file as the user named it and the translator's or compiler's own text;
/// NotFound if a tool is missing.
absl::StatusOr<CompiledMechanisms> CompileMechanisms(
    const CompileRequest& request);

}  // namespace miv::simulate::neuron
