// What NEURON calls at start to register mechanisms that are linked into the
// program: there are none, mechanisms are loaded from a library.
void modl_reg(void) {}
