#pragma once

// Private to this directory: the token values of hoc's grammar, whose header
// NEURON does not ship, read from symbols of known kinds.

namespace miv::simulate::neuron {

struct HocTypeTable {
  int section = 0;
  int object_variable = 0;
  int procedure = 0;
};

/// Reads the table; once, after NEURON has started.
void FindHocTypes();

const HocTypeTable& HocTypes();

}  // namespace miv::simulate::neuron
