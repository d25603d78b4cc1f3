#include "worker/simulate/hooks.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/python_runtime.h"

namespace miv::simulate {
namespace {

namespace fs = std::filesystem;

/// A directory of this process for a hook's files.
absl::StatusOr<std::string> MakeDirectory() {
  const char* parent = std::getenv("TMPDIR");
  std::string path =
      JoinPath(parent == nullptr ? "/tmp" : parent, "hookXXXXXX");
  if (::mkdtemp(path.data()) != nullptr) return path;
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot create ", path));
}

/// Puts an input into the directory under its name there.
absl::Status Link(const std::string& directory, const std::string& name,
                  const std::string& target) {
  std::error_code error;
  fs::create_symlink(target, JoinPath(directory, name), error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(JoinPath(directory, name), ": ", error.message()));
}

/// Makes another directory the working directory while it lives.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::string& path) {
    std::error_code error;
    before_ = fs::current_path(error);
    fs::current_path(path, error);
  }
  ~WorkingDirectory() {
    std::error_code error;
    fs::current_path(before_, error);
  }

 private:
  fs::path before_;
};

absl::Status HookError(const std::string& label, std::string output) {
  Fault fault;
  fault.reason = "HOOK";
  fault.file = label;
  fault.what = "the hook failed";
  fault.output = std::move(output);
  return InvalidInput(fault);
}

absl::Status RunHoc(neuron::Engine& engine, const std::string& path,
                    const std::string& label) {
  const absl::Status status =
      engine.Execute(absl::StrCat("{xopen(\"", path, "\")}\n"));
  return status.ok() ? status : HookError(label, FaultOrMessage(status).output);
}

std::vector<neuron::PythonCell> PythonCells(const LoadedCells& cells) {
  std::vector<neuron::PythonCell> list;
  for (const auto& cell : cells.cells) {
    list.push_back({cells.populations[cell->population].info.name, cell->gid,
                    cell->cell->object()});
  }
  return list;
}

/// What the hook printed, on rank 0 to the log.
void PassOnOutput(worker::StepContext& ctx, neuron::Engine& engine) {
  const std::string out = engine.TakeOutput();
  const std::string complaints = engine.TakeComplaints();
  if (!out.empty() && ctx.ranks.is_root()) ctx.observer.Log(out);
  if (!complaints.empty()) ctx.observer.Warning(complaints);
}

}  // namespace

Hooks::~Hooks() {
  for (const Loaded& hook : hooks_) {
    std::error_code error;
    fs::remove_all(hook.directory, error);
  }
}

absl::StatusOr<Hooks::Loaded> Hooks::Load(worker::StepContext& ctx,
                                          neuron::Engine& engine,
                                          const Hook& hook) {
  MIV_ASSIGN_OR_RETURN(const worker::StepInput file,
                       worker::InputOf(ctx, hook.role));
  Loaded loaded;
  loaded.label = file.label;
  loaded.at = hook.at;
  MIV_ASSIGN_OR_RETURN(loaded.directory, MakeDirectory());
  const std::string name = fs::path(file.path).filename();
  loaded.path = JoinPath(loaded.directory, name);
  MIV_RETURN_IF_ERROR(Link(loaded.directory, name, file.path));
  for (std::size_t i = 0; i < hook.files.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(
        const worker::StepInput input,
        worker::InputOf(ctx, absl::StrCat(hook.role, ":files:", i)));
    MIV_RETURN_IF_ERROR(Link(loaded.directory, hook.files[i], input.path));
  }
  if (!absl::EndsWith(name, ".py")) return loaded;
  if (engine.python() == nullptr) {
    return HookError(loaded.label, "Python is off: add python: true");
  }
  loaded.module =
      absl::StrCat("miv_", fs::path(loaded.directory).filename().string());
  const WorkingDirectory there(loaded.directory);
  const std::string failure =
      engine.python()->LoadModule(loaded.module, loaded.path);
  if (!failure.empty()) return HookError(loaded.label, failure);
  return loaded;
}

absl::StatusOr<Hooks> Hooks::Create(worker::StepContext& ctx,
                                    neuron::Engine& engine,
                                    const std::vector<Hook>& hooks) {
  Hooks result;
  for (const Hook& hook : hooks) {
    auto loaded = Load(ctx, engine, hook);
    PassOnOutput(ctx, engine);
    MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(loaded.status()));
    result.hooks_.push_back(*std::move(loaded));
  }
  return result;
}

absl::Status Hooks::RunOne(neuron::Engine& engine, const LoadedCells& cells,
                           const Loaded& hook, HookPoint point) {
  const WorkingDirectory there(hook.directory);
  if (hook.module.empty()) {
    if (hook.at != point) return absl::OkStatus();
    return RunHoc(engine, hook.path, hook.label);
  }
  const std::string failure = engine.python()->CallFunction(
      hook.module, NameOf(point), PythonCells(cells));
  return failure.empty() ? absl::OkStatus() : HookError(hook.label, failure);
}

absl::Status Hooks::Run(worker::StepContext& ctx, neuron::Engine& engine,
                        const LoadedCells& cells, HookPoint point) const {
  for (const Loaded& hook : hooks_) {
    const absl::Status status = RunOne(engine, cells, hook, point);
    PassOnOutput(ctx, engine);
    MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(status));
  }
  return absl::OkStatus();
}

}  // namespace miv::simulate
