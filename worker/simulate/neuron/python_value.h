#pragma once

// The values that a hoc template may receive where its author expected Python
// objects: numbers in arrays, arrays in sequences, and mappings.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace miv::simulate::neuron {

class PythonValue;
/// Values are immutable and shared: one set per morphology serves all cells.
using PythonValuePtr = std::shared_ptr<const PythonValue>;

/// One value.  What hoc code may do with each kind:
///
///   main      the object of `new PythonObject()`: iter(o), len(o), float(x)
///   array     o.size, o.__len__(), o.__getitem__(i), o._[i], iter(o),
///             Vector.from_python(o); negative indices count from the end
///   sequence  the same, with arrays as elements and without from_python
///   mapping   o.__getitem__("k"), o.get("k"), o.get("k", default),
///             o.__contains__("k"), o.__len__()
class PythonValue {
 public:
  using Array = std::vector<double>;
  using Sequence = std::vector<PythonValuePtr>;
  using Item = std::variant<double, std::string, PythonValuePtr>;
  using Mapping = std::map<std::string, Item>;

  static PythonValuePtr Main();
  static PythonValuePtr Of(Array numbers);
  static PythonValuePtr Of(Sequence items);
  static PythonValuePtr Of(Mapping items);

  const Array* array() const { return std::get_if<Array>(&content_); }
  const Sequence* sequence() const { return std::get_if<Sequence>(&content_); }
  const Mapping* mapping() const { return std::get_if<Mapping>(&content_); }
  bool is_main() const {
    return std::holds_alternative<std::monostate>(content_);
  }

  /// Number of elements; -1 for main, which has none.
  std::int64_t size() const;

  /// "array of 12 numbers": for messages.
  std::string Describe() const;

 private:
  using Content = std::variant<std::monostate, Array, Sequence, Mapping>;
  explicit PythonValue(Content content) : content_(std::move(content)) {}

  Content content_;
};

}  // namespace miv::simulate::neuron
