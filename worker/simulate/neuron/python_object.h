#pragma once

// Private to this directory: hoc's PythonObject without Python.
//
// NEURON reaches Python through function pointers that its Python library
// fills.  Filling them here lets hoc templates that were written for Python
// arguments run unmodified: `new PythonObject()`, `nrnpython("import numpy")`,
// `vec.from_python(o)` and the operations listed in python_value.h.  Everything
// else is a hoc error that says so.

#include "worker/simulate/neuron/python_runtime.h"
#include "worker/simulate/neuron/python_value.h"

struct Object;

namespace miv::simulate::neuron {

/// Takes the pointers over.  Once, after NEURON started with -nopython and
/// before the first template instance.
void InstallPythonObject();

/// Makes WrapPythonValue give CPython's objects.
void UsePython(PythonRuntime* python);

/// A hoc object of class PythonObject for `value`, reference count 1.  Call it
/// inside Guarded.
Object* WrapPythonValue(const PythonValuePtr& value);

}  // namespace miv::simulate::neuron
