#pragma once

// The one NEURON of this process.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/simulate/neuron/python_runtime.h"

namespace miv::simulate::neuron {

struct EngineOptions {
  /// True: MPI is initialised and every rank of MPI_COMM_WORLD starts its
  /// engine (collective).  False: a single process that never touches MPI.
  bool under_mpi = true;
  /// With CPython (python_runtime.h) instead of the native PythonObject.
  bool python = false;
};

/// Proof that NEURON runs in this process; whoever needs NEURON takes one.
/// NEURON is neither re-entrant nor thread safe: only the thread that started
/// it may use it.  It cannot be stopped or started again.
class Engine {
 public:
  /// Starts NEURON 8.2 without GUI or automatic mechanism loading,
  /// with fast transmembrane currents and the state adjustment of events on,
  /// captures what it prints, and, unless asked for Python, replaces the
  /// PythonObject class by the native one (python_object.h).
  /// Errors: FailedPrecondition on a second start, another NEURON version, or
  /// NO_PYTHON.
  static absl::StatusOr<std::unique_ptr<Engine>> Start(
      const EngineOptions& options);

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// "8.2.2", as the library reports it.
  const std::string& version() const { return version_; }

  int ranks() const;

  /// nullptr without Python.
  PythonRuntime* python() const { return python_; }

  /// Executes hoc statements.  Errors: InvalidArgument with NEURON's text.
  absl::Status Execute(absl::string_view statements);

  /// A global scalar such as celsius or dt.
  /// Errors: NotFound if hoc has no such variable.
  absl::StatusOr<double> Global(absl::string_view name) const;
  absl::Status SetGlobal(absl::string_view name, double value);

  /// What NEURON and the model printed since the last call (stdout).
  std::string TakeOutput();

  /// The same for stderr: complaints that were not errors.
  std::string TakeComplaints();

 private:
  explicit Engine(std::string version) : version_(std::move(version)) {}

  std::string version_;
  PythonRuntime* python_ = nullptr;
};

}  // namespace miv::simulate::neuron
