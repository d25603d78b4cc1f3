#include "worker/simulate/python/values.h"

#include <vector>

namespace miv::simulate::python {
namespace {

using neuron::PythonValue;

/// numpy.frombuffer(bytes).astype(type): an array that owns its numbers.
PyObject* ToArray(PyObject* numpy, const PythonValue::Array& numbers,
                  const char* type) {
  PyObject* bytes = PyBytes_FromStringAndSize(
      reinterpret_cast<const char*>(numbers.data()),
      static_cast<Py_ssize_t>(numbers.size() * sizeof(double)));
  if (bytes == nullptr) return nullptr;
  PyObject* view = PyObject_CallMethod(numpy, "frombuffer", "Os", bytes, "f8");
  Py_DECREF(bytes);
  if (view == nullptr) return nullptr;
  PyObject* array = PyObject_CallMethod(view, "astype", "s", type);
  Py_DECREF(view);
  return array;
}

/// Takes over both references; false with a Python error set.
bool Put(PyObject* dictionary, PyObject* key, PyObject* value) {
  const bool good = key != nullptr && value != nullptr &&
                    PyDict_SetItem(dictionary, key, value) == 0;
  Py_XDECREF(key);
  Py_XDECREF(value);
  return good;
}

PyObject* ToDictionary(PyObject* numpy, const PythonValue::Sequence& items) {
  PyObject* dictionary = PyDict_New();
  for (std::size_t i = 0; dictionary != nullptr && i < items.size(); ++i) {
    if (!Put(dictionary, PyLong_FromSize_t(i),
             ToArray(numpy, *items[i]->array(), "i8"))) {
      Py_CLEAR(dictionary);
    }
  }
  return dictionary;
}

PyObject* ToItem(PyObject* numpy, const PythonValue::Item& item) {
  if (const auto* number = std::get_if<double>(&item)) {
    return PyFloat_FromDouble(*number);
  }
  if (const auto* text = std::get_if<std::string>(&item)) {
    return PyUnicode_FromString(text->c_str());
  }
  return ToPython(numpy, *std::get<neuron::PythonValuePtr>(item));
}

PyObject* ToDictionary(PyObject* numpy, const PythonValue::Mapping& items) {
  PyObject* dictionary = PyDict_New();
  for (const auto& [name, item] : items) {
    if (dictionary != nullptr &&
        !Put(dictionary, PyUnicode_FromString(name.c_str()),
             ToItem(numpy, item))) {
      Py_CLEAR(dictionary);
    }
  }
  return dictionary;
}

}  // namespace

PyObject* ToPython(PyObject* numpy, const PythonValue& value) {
  if (value.array()) return ToArray(numpy, *value.array(), "f8");
  if (value.sequence()) return ToDictionary(numpy, *value.sequence());
  if (value.mapping()) return ToDictionary(numpy, *value.mapping());
  Py_RETURN_NONE;
}

}  // namespace miv::simulate::python
