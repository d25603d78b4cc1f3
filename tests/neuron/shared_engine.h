#pragma once

// The one engine of a test program.

#include <cstdlib>
#include <iostream>
#include <memory>

#include "worker/simulate/neuron/engine.h"

namespace miv::simulate::neuron {

/// Starts NEURON without MPI at the first call.
inline Engine& SharedEngine() {
  static Engine& engine = *[] {
    auto started = Engine::Start({.under_mpi = false});
    if (!started.ok()) {
      std::cerr << started.status() << "\n";
      std::abort();
    }
    return started->release();
  }();
  return engine;
}

}  // namespace miv::simulate::neuron
