#pragma once

// Python objects from the values that hoc templates expect.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "worker/simulate/neuron/python_value.h"

namespace miv::simulate::python {

/// A new reference: numbers become a NumPy array of doubles, a sequence of
/// arrays a dictionary {0: array, ...} of 64-bit integers (lists of points), a
/// mapping a dictionary.  numpy: the module.
/// nullptr with a Python error set if something fails.
PyObject* ToPython(PyObject* numpy, const neuron::PythonValue& value);

}  // namespace miv::simulate::python
