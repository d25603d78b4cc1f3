// The plugin: CPython as a PythonRuntime.  NEURON's own Python library, which
// NEURON loads when it is started with Python, converts between hoc and Python
// objects.

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "worker/simulate/neuron/python_runtime.h"
#include "worker/simulate/python/values.h"

namespace miv::simulate::python {
namespace {

using neuron::PythonCell;

/// What runs in Python itself.
constexpr char kBootstrap[] = R"(
import importlib.util
import os
import sys
import traceback


class Stream:
    def __init__(self, number, emit):
        self.number, self.emit = number, emit

    def write(self, text):
        self.emit(self.number, text)
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


def attach(emit):
    sys.stdout, sys.stderr = Stream(1, emit), Stream(2, emit)
    import neuron


def load(name, path):
    directory = os.path.dirname(path)
    if directory not in sys.path:
        sys.path.insert(0, directory)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


def call(name, function, cells):
    run = getattr(sys.modules[name], function, None)
    if run is not None:
        run(cells)


def describe(error):
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != '<miv>']
    return ''.join(traceback.format_list(frames) + traceback.format_exception_only(error))
)";

/// NEURON's converters; a new reference each.
using HocToPython = PyObject* (*)(Object*);
using PythonToHoc = Object* (*)(PyObject*);

void (*g_print)(int, const char*) = nullptr;

PyObject* Emit(PyObject*, PyObject* arguments) {
  int stream = 0;
  const char* text = nullptr;
  if (!PyArg_ParseTuple(arguments, "is", &stream, &text)) return nullptr;
  if (g_print != nullptr) g_print(stream, text);
  Py_RETURN_NONE;
}

PyMethodDef g_emit = {"emit", Emit, METH_VARARGS, nullptr};

std::string TextOf(PyObject* text) {
  const char* bytes = text == nullptr ? nullptr : PyUnicode_AsUTF8(text);
  return bytes == nullptr ? "an error that has no text" : bytes;
}

class Interpreter final : public neuron::PythonRuntime {
 public:
  std::string Start() override {
    Dl_info python{};
    ::dladdr(reinterpret_cast<void*>(&Py_IsInitialized), &python);
    // Otherwise NEURON runs a shell script to find a Python.
    ::setenv("NRN_PYLIB", python.dli_fname, 1);
    ::setenv("NRN_PYTHONHOME", "/usr", 1);
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&before);
    if (PyStatus_Exception(status)) return status.err_msg;
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.install_signal_handlers = 0;
    config.write_bytecode = 0;
    status = PyConfig_SetBytesString(&config, &config.program_name,
                                     "/usr/bin/python3");
    if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    return PyStatus_Exception(status) ? status.err_msg : "";
  }

  std::string Attach(void (*print)(int, const char*)) override {
    g_print = print;
    void* library = ::dlopen(MIV_NRN_PYTHON, RTLD_NOW | RTLD_NOLOAD);
    if (library == nullptr) return "NEURON did not load its Python library";
    to_python_ = reinterpret_cast<HocToPython>(
        ::dlsym(library, "_Z11nrnpy_ho2poP6Object"));
    to_hoc_ = reinterpret_cast<PythonToHoc>(
        ::dlsym(library, "_Z11nrnpy_po2hoP7_object"));
    if (to_python_ == nullptr || to_hoc_ == nullptr) {
      return "NEURON's Python library lacks its converters";
    }
    numpy_ = PyImport_ImportModule("numpy");
    if (numpy_ == nullptr) return Failure();
    bootstrap_ = PyDict_New();
    PyDict_SetItemString(bootstrap_, "__builtins__", PyEval_GetBuiltins());
    PyObject* code = Py_CompileString(kBootstrap, "<miv>", Py_file_input);
    PyObject* done = code == nullptr
                         ? nullptr
                         : PyEval_EvalCode(code, bootstrap_, bootstrap_);
    if (done == nullptr) return Failure();
    return Run("attach",
               Py_BuildValue("(N)", PyCFunction_New(&g_emit, nullptr)));
  }

  Object* Wrap(const neuron::PythonValue& value) override {
    PyObject* object = ToPython(numpy_, value);
    if (object == nullptr) {
      error_ = Failure();
      return nullptr;
    }
    Object* wrapped = to_hoc_(object);
    Py_DECREF(object);
    return wrapped;
  }

  std::string error() const override { return error_; }

  std::string LoadModule(const std::string& name,
                         const std::string& path) override {
    return Run("load", Py_BuildValue("(ss)", name.c_str(), path.c_str()));
  }

  std::string CallFunction(const std::string& module,
                           const std::string& function,
                           const std::vector<PythonCell>& cells) override {
    PyObject* dictionary = CellsOf(cells);
    if (dictionary == nullptr) return Failure();
    return Run("call", Py_BuildValue("(ssN)", module.c_str(), function.c_str(),
                                     dictionary));
  }

 private:
  /// Calls a function of the bootstrap; takes over the arguments.
  std::string Run(const char* function, PyObject* arguments) {
    if (arguments == nullptr) return Failure();
    PyObject* done = PyObject_CallObject(
        PyDict_GetItemString(bootstrap_, function), arguments);
    Py_DECREF(arguments);
    if (done == nullptr) return Failure();
    Py_DECREF(done);
    return "";
  }

  /// The pending Python error as text.  Never PyErr_Print: it ends the process
  /// on SystemExit.
  std::string Failure() {
    PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    if (value != nullptr && trace != nullptr) {
      PyException_SetTraceback(value, trace);
    }
    PyObject* describe = bootstrap_ == nullptr
                             ? nullptr
                             : PyDict_GetItemString(bootstrap_, "describe");
    PyObject* text =
        describe == nullptr || value == nullptr
            ? PyObject_Str(value)
            : PyObject_CallFunctionObjArgs(describe, value, nullptr);
    const std::string message = TextOf(text);
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    return message;
  }

  /// {population: {gid: cell}}; nullptr with a Python error set.
  PyObject* CellsOf(const std::vector<PythonCell>& cells) {
    PyObject* all = PyDict_New();
    for (const PythonCell& cell : cells) {
      PyObject* population = PyDict_GetItemString(all, cell.population.c_str());
      if (population == nullptr) {
        population = PyDict_New();
        PyDict_SetItemString(all, cell.population.c_str(), population);
        Py_DECREF(population);
      }
      PyObject* gid = PyLong_FromUnsignedLong(cell.gid);
      PyObject* object = to_python_(cell.object);
      const bool good =
          object != nullptr && PyDict_SetItem(population, gid, object) == 0;
      Py_XDECREF(gid);
      Py_XDECREF(object);
      if (good) continue;
      Py_DECREF(all);
      return nullptr;
    }
    return all;
  }

  HocToPython to_python_ = nullptr;
  PythonToHoc to_hoc_ = nullptr;
  PyObject* numpy_ = nullptr;
  PyObject* bootstrap_ = nullptr;
  std::string error_;
};

}  // namespace
}  // namespace miv::simulate::python

extern "C" miv::simulate::neuron::PythonRuntime* miv_python_runtime() {
  // Python objects live as long as the process.
  static auto* interpreter = new miv::simulate::python::Interpreter;
  return interpreter;
}
