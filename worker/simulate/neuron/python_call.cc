#include "worker/simulate/neuron/python_call.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace miv::simulate::neuron {
namespace {

using Arguments = absl::Span<const PythonArgument>;

PythonResult Error(std::string text) {
  PythonResult result;
  result.error = std::move(text);
  return result;
}

template <typename T>
PythonResult Value(T content) {
  PythonResult result;
  result.content = std::move(content);
  return result;
}

PythonResult NoSuchAttribute(const PythonReference& self,
                             absl::string_view name) {
  return Error(
      absl::StrCat("this template needs Python: ", self.value->Describe(),
                   " has no attribute ", name, " in a job without python"));
}

/// Element i of an array or sequence, Python's rule for negative i.
PythonResult Element(const PythonValuePtr& value, double index) {
  const std::int64_t size = value->size();
  std::int64_t i =
      std::isfinite(index) ? static_cast<std::int64_t>(index) : size;
  if (i < 0) i += size;
  if (i < 0 || i >= size) {
    return Error(absl::StrCat("index ", index, " is out of range of the ",
                              value->Describe()));
  }
  if (value->array()) return Value((*value->array())[i]);
  return Value(PythonReference{(*value->sequence())[i]});
}

PythonResult ItemValue(const PythonValue::Item& item) {
  if (const auto* number = std::get_if<double>(&item)) return Value(*number);
  if (const auto* text = std::get_if<std::string>(&item)) return Value(*text);
  return Value(PythonReference{std::get<PythonValuePtr>(item)});
}

/// Functions of `new PythonObject()`: iter(o), len(o), float(x).
PythonResult CallMain(const PythonReference& self, absl::string_view name,
                      Arguments arguments) {
  if (arguments.size() != 1) return NoSuchAttribute(self, name);
  const auto* number = std::get_if<double>(&arguments[0]);
  if (name == "float" && number != nullptr) return Value(*number);
  const auto* operand = std::get_if<PythonReference>(&arguments[0]);
  if (operand == nullptr || operand->value->size() < 0) {
    return NoSuchAttribute(self, name);
  }
  if (name == "iter") {
    return Value(PythonReference{operand->value,
                                 std::max<std::int64_t>(operand->position, 0)});
  }
  if (name == "len" && operand->position < 0) {
    return Value(static_cast<double>(operand->value->size()));
  }
  return NoSuchAttribute(self, name);
}

PythonResult CallMapping(const PythonReference& self, absl::string_view name,
                         Arguments arguments) {
  const auto& items = *self.value->mapping();
  if (name == "__len__" && arguments.empty()) {
    return Value(static_cast<double>(items.size()));
  }
  const auto* key =
      arguments.empty() ? nullptr : std::get_if<std::string>(&arguments[0]);
  if (key == nullptr) return NoSuchAttribute(self, name);
  const auto found = items.find(*key);
  if (name == "__contains__") return Value(found != items.end() ? 1.0 : 0.0);
  if (name != "__getitem__" && name != "get")
    return NoSuchAttribute(self, name);
  if (found != items.end()) return ItemValue(found->second);
  if (name == "__getitem__") return Error(absl::StrCat("KeyError: ", *key));
  PythonResult fallback;
  if (arguments.size() > 1) fallback.content = arguments[1];
  return fallback;
}

PythonResult CallIterator(PythonReference& self, absl::string_view name,
                          Arguments arguments) {
  if (name != "__next__" || !arguments.empty()) {
    return NoSuchAttribute(self, name);
  }
  if (self.position >= self.value->size()) return Error("StopIteration");
  return Element(self.value, static_cast<double>(self.position++));
}

}  // namespace

PythonResult EvaluatePython(PythonReference& self, absl::string_view name,
                            absl::Span<const PythonArgument> arguments) {
  if (self.value->is_main()) return CallMain(self, name, arguments);
  if (self.position >= 0) return CallIterator(self, name, arguments);
  if (self.value->mapping()) return CallMapping(self, name, arguments);
  if (arguments.empty()) {
    if (name == "size" || name == "__len__") {
      return Value(static_cast<double>(self.value->size()));
    }
    if (name == "__iter__") return Value(PythonReference{self.value, 0});
  } else if (name == "_" || name == "__getitem__") {
    const auto* index = std::get_if<double>(&arguments[0]);
    if (index != nullptr && arguments.size() == 1) {
      return Element(self.value, *index);
    }
  }
  return NoSuchAttribute(self, name);
}

std::string RefusalOfStatement(absl::string_view statement) {
  const std::vector<absl::string_view> words = absl::StrSplit(
      absl::StripAsciiWhitespace(statement), ' ', absl::SkipEmpty());
  if (words.size() >= 2 && !absl::StrContains(statement, ';') &&
      (words[1] == "numpy" || words[1] == "math")) {
    const bool plain = words[0] == "import";
    const bool from =
        words[0] == "from" && words.size() > 3 && words[2] == "import";
    if (plain || from) return "";
  }
  return absl::StrCat("this template needs Python: nrnpython(\"",
                      statement.substr(0, 200), "\") in a job without python");
}

}  // namespace miv::simulate::neuron
