#pragma once

// Random numbers as hoc's class Random gives them.  Only for comparisons with
// programs that draw this way: our own numbers are keyed (keyed_rng.h).

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/simulate/neuron/engine.h"

namespace miv::simulate::neuron {

/// The first `count` numbers of `Random(seed).uniform(0, 1)`: NEURON's additive
/// congruential generator.
/// Errors: what NEURON has to say.
absl::StatusOr<std::vector<double>> UniformStream(Engine& engine,
                                                  std::int64_t seed,
                                                  std::size_t count);

}  // namespace miv::simulate::neuron
