#include "worker/simulate/neuron/python_runtime.h"

#include <dlfcn.h>

#include <filesystem>
#include <utility>

#include "common/base/fault.h"

namespace miv::simulate::neuron {
namespace {

absl::Status NoPython(std::string output) {
  Fault fault;
  fault.reason = "NO_PYTHON";
  fault.field = "python";
  fault.what = "this worker cannot start Python";
  fault.remedy =
      "Install the packages libpython3-dev, python3-neuron and python3-numpy "
      "on the server and build again, or leave python out.";
  fault.output = std::move(output);
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

}  // namespace

absl::StatusOr<PythonRuntime*> StartPython() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string path = program.parent_path() / kPythonPlugin;
  // Global: NEURON's Python library takes Python's symbols from the process.
  void* plugin = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (plugin == nullptr) return NoPython(::dlerror());
  using Entry = PythonRuntime* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(plugin, kPythonEntry));
  if (entry == nullptr) return NoPython(::dlerror());
  PythonRuntime* runtime = entry();
  const std::string failure = runtime->Start();
  if (!failure.empty()) return NoPython(failure);
  return runtime;
}

}  // namespace miv::simulate::neuron
