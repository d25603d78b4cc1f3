#pragma once

// CPython in a worker process, behind an interface: a job that does not ask for
// it neither loads nor links Python.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/simulate/neuron/python_value.h"

struct Object;

namespace miv::simulate::neuron {

/// A cell of this rank as hooks see it.
struct PythonCell {
  std::string population;
  std::uint32_t gid = 0;
  Object* object = nullptr;
};

/// What the plugin (worker/simulate/python) implements.  Texts that are
/// returned are errors, empty if all went well: Python's own message with its
/// traceback.
class PythonRuntime {
 public:
  virtual ~PythonRuntime() = default;

  /// Starts CPython, isolated from the environment's PYTHON* variables and the
  /// user's site.  Once, before NEURON.
  virtual std::string Start() = 0;

  /// After NEURON: imports `neuron`, and sends sys.stdout (1) and sys.stderr
  /// (2) to print.
  virtual std::string Attach(void (*print)(int stream, const char* text)) = 0;

  /// A hoc object around the value as NumPy arrays and dictionaries, reference
  /// count 1.  nullptr: error() has the reason.
  virtual Object* Wrap(const PythonValue& value) = 0;
  virtual std::string error() const = 0;

  /// Executes the file as a module of its own.
  virtual std::string LoadModule(const std::string& name,
                                 const std::string& path) = 0;

  /// Calls `function({population: {gid: cell}})` if the module has it.
  virtual std::string CallFunction(const std::string& module,
                                   const std::string& function,
                                   const std::vector<PythonCell>& cells) = 0;
};

/// The name of the plugin beside the program, and of the function that it
/// exports: PythonRuntime* (), the same object on every call.
inline constexpr char kPythonPlugin[] = "libmiv_hook_python.so";
inline constexpr char kPythonEntry[] = "miv_python_runtime";

/// Loads the plugin beside this program and starts it.
/// Errors: FailedPrecondition, with what to install, if this worker was built
/// without it or Python does not start.
absl::StatusOr<PythonRuntime*> StartPython();

}  // namespace miv::simulate::neuron
