#pragma once

// Initialising and advancing the model, with a callback after every step.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/handles.h"

namespace miv::simulate::neuron {

struct RunSettings {
  double dt_ms = 0.025;
  double v_init_mv = -65;
  int secondorder = 2;            ///< 0 backward Euler, 1 and 2 Crank-Nicolson
  std::optional<double> celsius;  ///< absent: as the templates left it
};

/// What to do after a step.
enum class StepAction { kContinue, kStop };

/// Called after each step with its number (1 after the first) when potentials,
/// currents and states are those at the end of the step.  All ranks are called
/// for the same steps, so it may be collective; if it stops, it must stop on
/// all ranks at the same step.
using StepCallback =
    absl::FunctionRef<StepAction(std::int64_t step, double t_ms)>;

/// Sets the maximum interval between spike exchanges (10 ms or the smallest
/// delay) and brings the model to t = 0: stdinit, then finitialize(v_init).
/// Collective.
absl::Status Initialise(Engine& engine, const RunSettings& settings);

/// The next Solve calls back with step + 1 first.
void ContinueAfter(std::int64_t step);

/// Integrates to t_end_ms, or to the step at which the callback stopped.
/// Collective.  An error on one rank leaves the others waiting in NEURON's own
/// communication: the process group must then be ended.
absl::Status Solve(Engine& engine, double t_end_ms, StepCallback callback);

/// Transmembrane current of every node of this rank, nA, outward positive;
/// index by NodeIndex.  Valid from Initialise until the model's structure
/// changes.
absl::Span<const double> MembraneCurrents();

/// Membrane potential of every node, mV, with the same index.
absl::Span<const double> Potentials();

/// Index of a section's segment in the two above.
int NodeIndex(SectionHandle section, int segment);

/// A node whose potential is not a finite number.
struct NonFinitePotential {
  SectionHandle section;
  std::string cell;  ///< "RidgePyramid[3]"
  std::string name;  ///< of the section
};
std::optional<NonFinitePotential> FindNonFinitePotential();

}  // namespace miv::simulate::neuron
