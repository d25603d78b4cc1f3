#include "worker/simulate/neuron/engine.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/hoc_types.h"
#include "worker/simulate/neuron/nrn_abi.h"
#include "worker/simulate/neuron/python_object.h"

namespace miv::simulate::neuron {
namespace {

constexpr char kVersion[] = "8.2";

/// Sends file descriptor 1 to /dev/null while it lives: NEURON announces the
/// number of ranks with a bare printf.
class SilencedStdout {
 public:
  SilencedStdout() {
    std::fflush(stdout);
    saved_ = ::dup(1);
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
      ::dup2(null, 1);
      ::close(null);
    }
  }
  ~SilencedStdout() {
    std::fflush(stdout);
    if (saved_ >= 0) {
      ::dup2(saved_, 1);
      ::close(saved_);
    }
  }

 private:
  int saved_ = -1;
};

/// NEURON keeps the arguments: they live as long as the process.
std::vector<const char*>& Arguments(const EngineOptions& options) {
  static auto& arguments = *new std::vector<const char*>{"NEURON"};
  if (options.under_mpi) arguments.push_back("-mpi");
  arguments.push_back("-nogui");
  if (!options.python) arguments.push_back("-nopython");
  arguments.push_back("-notatty");
  arguments.push_back(nullptr);
  return arguments;
}

void StartLibrary(const EngineOptions& options) {
  const SilencedStdout silence;
  nrn_main_launch = 2;
  nrn_nobanner_ = 1;
  nrn_noauto_dlopen_nrnmech = 1;
  std::vector<const char*>& arguments = Arguments(options);
  const int count = static_cast<int>(arguments.size()) - 1;
  if (options.under_mpi) {
    int mpi_count = count;
    char** mpi_arguments = const_cast<char**>(arguments.data());
    nrnmpi_init(1, &mpi_count, &mpi_arguments);
  }
  ivocmain_session(count, arguments.data(), nullptr, 0);
  CaptureOutput();
  nrn_mpiabort_on_error_ = 0;
}

/// Python objects in hoc: CPython's, or the native ones.
absl::Status ConnectPython(PythonRuntime* python) {
  if (python == nullptr) {
    InstallPythonObject();
    return absl::OkStatus();
  }
  const std::string failure = python->Attach(AppendOutput);
  if (!failure.empty()) return absl::FailedPreconditionError(failure);
  UsePython(python);
  return absl::OkStatus();
}

/// The settings of the reference (MiV-Simulator, configure_hoc).
absl::Status ConfigureModel(Engine& engine) {
  MIV_RETURN_IF_ERROR(engine.Execute(
      "{load_file(\"stdrun.hoc\")}\n"
      "objref miv_cvode_\nmiv_cvode_ = new CVode(0)\n"
      "{miv_cvode_.use_fast_imem(1)}\n"
      "objref miv_context_\nmiv_context_ = new ParallelContext()\n"
      "{miv_context_.gid_clear()}\n{miv_context_.timeout(0)}\n"
      "objref nil, pc, nc\npc = miv_context_\nstrdef dataset_path\n"));
  nrn_netrec_state_adjust = 1;
  nrn_sparse_partrans = 1;
  return absl::OkStatus();
}

absl::StatusOr<std::string> LibraryVersion(Engine& engine) {
  MIV_RETURN_IF_ERROR(
      engine.Execute("strdef miv_version_\nmiv_version_ = nrnversion(0)\n"
                     "{print miv_version_}\n"));
  std::string version = engine.TakeOutput();
  while (!version.empty() && version.back() == '\n') version.pop_back();
  return version;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Start(
    const EngineOptions& options) {
  static std::atomic<bool> started{false};
  if (started.exchange(true)) {
    return absl::FailedPreconditionError(
        "NEURON already runs in this process; it can be started once");
  }
  PythonRuntime* python = nullptr;
  if (options.python) {
    MIV_ASSIGN_OR_RETURN(python, StartPython());
  }
  StartLibrary(options);
  std::unique_ptr<Engine> engine(new Engine(""));
  engine->python_ = python;
  MIV_ASSIGN_OR_RETURN(engine->version_, LibraryVersion(*engine));
  if (!absl::StartsWith(engine->version_, kVersion)) {
    Fault fault;
    fault.reason = "NEURON_VERSION";
    fault.what = "another NEURON than the worker was built for is installed";
    fault.expected = absl::StrCat(kVersion, ".x");
    fault.found = engine->version_;
    fault.remedy = "Install the packages neuron and neuron-dev of Debian 12.";
    return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
  }
  FindHocTypes();
  MIV_RETURN_IF_ERROR(ConnectPython(python));
  MIV_RETURN_IF_ERROR(ConfigureModel(*engine));
  return engine;
}

int Engine::ranks() const { return nrnmpi_numprocs; }

absl::Status Engine::Execute(absl::string_view statements) {
  const std::string text(statements);
  int failed = 0;
  MIV_RETURN_IF_ERROR(
      Guarded("a hoc statement", [&] { failed = hoc_oc(text.c_str()); }));
  if (failed == 0) return absl::OkStatus();
  Fault fault;
  fault.reason = "NEURON_ERROR";
  fault.what = "a hoc statement failed";
  fault.output = TakeErrorText();
  return InvalidInput(fault);
}

absl::StatusOr<double> Engine::Global(absl::string_view name) const {
  const std::string text(name);
  if (hoc_lookup(text.c_str()) == nullptr) {
    return absl::NotFoundError(absl::StrCat("hoc has no variable ", name));
  }
  double value = 0;
  MIV_RETURN_IF_ERROR(Guarded(absl::StrCat("reading ", name),
                              [&] { value = *hoc_val_pointer(text.c_str()); }));
  return value;
}

absl::Status Engine::SetGlobal(absl::string_view name, double value) {
  const std::string text(name);
  if (hoc_lookup(text.c_str()) == nullptr) {
    return absl::NotFoundError(absl::StrCat("hoc has no variable ", name));
  }
  return Guarded(absl::StrCat("setting ", name),
                 [&] { *hoc_val_pointer(text.c_str()) = value; });
}

std::string Engine::TakeOutput() { return TakeOutputText(); }

std::string Engine::TakeComplaints() { return TakeErrorText(); }

}  // namespace miv::simulate::neuron
