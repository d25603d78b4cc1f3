#pragma once

// Compiled mechanisms: loading a library and looking up point processes.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/simulate/neuron/engine.h"

struct Symbol;

namespace miv::simulate::neuron {

/// Loads a library made by compile/compile_mechanisms.h into this process, for
/// good: a mechanism can be neither replaced nor unloaded.
/// path: of libnrnmech.so.  label: what to call it in messages.
/// Errors: InvalidArgument with NEURON's or the linker's text.
absl::Status LoadMechanisms(Engine& engine, const std::string& path,
                            absl::string_view label);

/// A kind of point process, e.g. LinExp2Syn.
struct PointProcessType {
  std::string name;
  Symbol* symbol = nullptr;
  /// Scalar PARAMETERs that vary by instance: name -> index into the instance's
  /// parameter block.
  std::map<std::string, int> parameters;
  /// Number of NetCon weights (arguments of NET_RECEIVE).
  int weights = 0;
  /// False: NET_RECEIVE has no INITIAL block, so that NEURON clears all weights
  /// but the first at initialisation.
  bool keeps_weights = true;
};

/// Errors: NotFound (with the loaded point processes as a hint) if there is no
/// such mechanism or it is a density mechanism.
absl::StatusOr<PointProcessType> FindPointProcess(Engine& engine,
                                                  absl::string_view name);

/// Whether hoc knows `name` as a class: a template, a point process or an
/// artificial cell.
bool IsClass(absl::string_view name);

/// Names of the loaded point processes and artificial cells, sorted.
std::vector<std::string> PointProcessNames();

}  // namespace miv::simulate::neuron
