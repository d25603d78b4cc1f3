#include "worker/simulate/neuron/python_value.h"

#include "absl/strings/str_cat.h"

namespace miv::simulate::neuron {

PythonValuePtr PythonValue::Main() {
  return PythonValuePtr(new PythonValue(std::monostate()));
}

PythonValuePtr PythonValue::Of(Array numbers) {
  return PythonValuePtr(new PythonValue(std::move(numbers)));
}

PythonValuePtr PythonValue::Of(Sequence items) {
  return PythonValuePtr(new PythonValue(std::move(items)));
}

PythonValuePtr PythonValue::Of(Mapping items) {
  return PythonValuePtr(new PythonValue(std::move(items)));
}

std::int64_t PythonValue::size() const {
  if (array()) return static_cast<std::int64_t>(array()->size());
  if (sequence()) return static_cast<std::int64_t>(sequence()->size());
  if (mapping()) return static_cast<std::int64_t>(mapping()->size());
  return -1;
}

std::string PythonValue::Describe() const {
  if (array()) return absl::StrCat("array of ", size(), " numbers");
  if (sequence()) return absl::StrCat("sequence of ", size(), " arrays");
  if (mapping()) return absl::StrCat("mapping of ", size(), " names");
  return "module";
}

}  // namespace miv::simulate::neuron
