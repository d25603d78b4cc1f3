// script: the user's own program over declared inputs, its outputs checked as
// what they stand for.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/program_head.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/rank_share.h"
#include "worker/build/steps/stand_in.h"
#include "worker/program/run_program.h"

namespace miv::worker {
namespace {

namespace fs = std::filesystem;
using How = ProgramEnd::How;

constexpr char kNamedInput[] = "input:";

// The program's own folders, beside the step's output directory.
struct Places {
  std::string root;
  std::string program() const { return root + "/program"; }
  std::string home() const { return root + "/home"; }
  std::string temporary() const { return root + "/tmp"; }
  std::string outputs() const { return root + "/output"; }
};

struct Declared {
  StepInput program;
  std::string interpreter;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::vector<std::string> outputs;
  double timeout_s = 0;
};

absl::Status SystemError(const std::string& path) {
  return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
}

absl::StatusOr<Declared> DeclaredBy(const StepContext& ctx) {
  Declared declared;
  MIV_ASSIGN_OR_RETURN(declared.program, InputOf(ctx, "program"));
  const nlohmann::json& config = ctx.config;
  if (FindField(config, "interpreter") != nullptr) {
    MIV_ASSIGN_OR_RETURN(declared.interpreter,
                         TextField(config, "interpreter"));
  }
  if (FindField(config, "timeout_s") != nullptr) {
    MIV_ASSIGN_OR_RETURN(declared.timeout_s, NumberField(config, "timeout_s"));
  }
  try {
    declared.arguments = config.value("args", declared.arguments);
    declared.environment = config.value("environment", declared.environment);
    declared.outputs = config.value("outputs", declared.outputs);
  } catch (const nlohmann::json::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat("config: ", e.what()));
  }
  if (declared.outputs.empty())
    return absl::InvalidArgumentError("config.outputs: there are none");
  return declared;
}

absl::StatusOr<Places> MakePlaces(const StepContext& ctx,
                                  const Declared& declared) {
  std::error_code error;
  const fs::path output = fs::canonical(ctx.output_directory, error);
  if (error) return absl::UnavailableError(error.message());
  const Places places{output.string() + ".program"};
  MIV_RETURN_IF_ERROR(RemoveTree(places.root));
  for (const std::string& folder :
       {places.home(), places.temporary(), places.outputs()})
    MIV_RETURN_IF_ERROR(MakeDirectories(folder, 0700));
  fs::copy_file(declared.program.path, places.program(), error);
  if (error)
    return absl::UnavailableError(absl::StrCat(
        "cannot copy ", declared.program.label, ": ", error.message()));
  if (chmod(places.program().c_str(), 0500) != 0)
    return SystemError(places.program());
  return places;
}

// Named files by the place holder in the arguments.
std::vector<std::pair<std::string, std::string>> Substitutions(
    const StepContext& ctx, const Declared& declared, const Places& places) {
  std::vector<std::pair<std::string, std::string>> texts = {
      {"{output}", JoinPath(places.outputs(), declared.outputs[0])},
      {"{seed}", absl::StrCat(ctx.seed)}};
  for (const std::string& name : declared.outputs)
    texts.emplace_back(absl::StrCat("{output:", name, "}"),
                       JoinPath(places.outputs(), name));
  for (const auto& [role, input] : ctx.inputs)
    if (absl::StartsWith(role, kNamedInput))
      texts.emplace_back(absl::StrCat("{", role, "}"), input.path);
  return texts;
}

// Nothing of the worker's own: the program's result must not depend on it.
std::map<std::string, std::string> EnvironmentOf(const StepContext& ctx,
                                                 const Declared& declared,
                                                 const Places& places) {
  std::map<std::string, std::string> environment = {
      {"HDF5_USE_FILE_LOCKING", "FALSE"}, {"LANG", "C.UTF-8"},
      {"OMP_NUM_THREADS", "1"},           {"OPENBLAS_NUM_THREADS", "1"},
      {"PYTHONDONTWRITEBYTECODE", "1"},   {"PYTHONHASHSEED", "0"},
      {"PYTHONUNBUFFERED", "1"}};
  for (const auto& [name, value] : declared.environment)
    environment[name] = value;
  environment["PATH"] = "/usr/bin:/bin";
  environment["HOME"] = places.home();
  environment["TMPDIR"] = places.temporary();
  environment["MIV_SEED"] = absl::StrCat(ctx.seed);
  environment["MIV_OUTPUT"] = JoinPath(places.outputs(), declared.outputs[0]);
  environment["MIV_OUTPUT_DIR"] = places.outputs();
  for (const auto& [role, input] : ctx.inputs) {
    absl::string_view name = role;
    if (absl::ConsumePrefix(&name, kNamedInput))
      environment["MIV_INPUT_" + absl::AsciiStrToUpper(name)] = input.path;
  }
  return environment;
}

absl::Status NoInterpreter(const Declared& declared, const std::string& name,
                           bool of_config) {
  return InvalidInput(
      {.reason = "NO_INTERPRETER",
       .field = of_config ? "config.interpreter" : "config.program",
       .file = declared.program.label,
       .what = "the program that is to run it is not installed",
       .expected = "an executable file, or a name in /usr/bin or /bin",
       .found = name,
       .remedy = "Name another interpreter, or have it installed."});
}

// The first words of the command line.
absl::StatusOr<std::vector<std::string>> CommandOf(const Declared& declared,
                                                   const Places& places) {
  if (!declared.interpreter.empty()) {
    for (const char* folder : {"/usr/bin", "/bin"}) {
      const std::string path = JoinPath(folder, declared.interpreter);
      if (access(path.c_str(), X_OK) == 0)
        return std::vector<std::string>{path, places.program()};
    }
    return NoInterpreter(declared, declared.interpreter, true);
  }
  MIV_ASSIGN_OR_RETURN(const std::string bytes,
                       ReadFile(declared.program.path));
  MIV_ASSIGN_OR_RETURN(
      const std::string named,
      InterpreterOf(bytes, "config.program", declared.program.label));
  if (!named.empty() && access(named.c_str(), X_OK) != 0)
    return NoInterpreter(declared, named, false);
  return std::vector<std::string>{places.program()};
}

// What the program may touch; nothing where the kernel cannot hold it.
std::optional<Confinement> Confine(StepContext& ctx, const Places& places) {
  AllowedPaths paths = SystemPaths();
  for (const auto& [role, input] : ctx.inputs) paths.read.push_back(input.path);
  paths.read.push_back(places.program());
  paths.write = {places.home(), places.temporary(), places.outputs()};
  auto confinement = Confinement::Create(paths);
  if (confinement.ok()) return *std::move(confinement);
  ctx.observer.Warning(
      absl::StrCat("The program sees all that its worker group sees: ",
                   confinement.status().message()));
  return std::nullopt;
}

absl::Status Failed(const Declared& declared, const char* reason,
                    std::string what, std::string found, std::string remedy,
                    std::string output = "") {
  return InvalidInput({.reason = reason,
                       .field = "config.program",
                       .file = declared.program.label,
                       .what = std::move(what),
                       .found = std::move(found),
                       .remedy = std::move(remedy),
                       .phase = "program",
                       .output = std::move(output)});
}

std::string RemedyFor(int signal) {
  if (signal == SIGXCPU) return "It passed the server's limit of CPU time.";
  if (signal == SIGXFSZ) return "It passed the server's limit of file size.";
  return "Run it by hand on the same inputs to see why.";
}

absl::Status Verdict(const Declared& declared, ProgramEnd end) {
  switch (end.how) {
    case How::kStopped:
      return StoppedStatus();
    case How::kTimeout:
      return Failed(declared, "SCRIPT_TIMEOUT",
                    absl::StrCat("the program ran longer than timeout_s, ",
                                 declared.timeout_s, " s"),
                    "", "Raise timeout_s, or give the program less to do.",
                    std::move(end.last_errors));
    case How::kSignalled:
      return Failed(
          declared, "SCRIPT_FAILED", "a signal ended the program",
          absl::StrCat("signal ", end.signal, " (", strsignal(end.signal), ")"),
          RemedyFor(end.signal), std::move(end.last_errors));
    case How::kExited:
      break;
  }
  if (end.code == 0) return absl::OkStatus();
  return Failed(declared, "SCRIPT_FAILED", "the program failed",
                absl::StrCat("exit code ", end.code),
                "Its last words on stderr are below.",
                std::move(end.last_errors));
}

absl::Status Execute(StepContext& ctx, const Declared& declared,
                     const Places& places) {
  ProgramSpec spec{.environment = EnvironmentOf(ctx, declared, places),
                   .directory = places.home(),
                   .timeout = std::chrono::milliseconds(
                       static_cast<std::int64_t>(declared.timeout_s * 1000))};
  MIV_ASSIGN_OR_RETURN(spec.argv, CommandOf(declared, places));
  const auto substitutions = Substitutions(ctx, declared, places);
  for (const std::string& argument : declared.arguments)
    spec.argv.push_back(absl::StrReplaceAll(argument, substitutions));
  const auto confinement = Confine(ctx, places);
  if (confinement) spec.confinement = &*confinement;
  const ProgramWatch watch{
      .line = [&ctx](absl::string_view line) { ctx.observer.Log(line); },
      .go_on =
          [&](std::chrono::milliseconds elapsed) {
            ctx.observer.Progress("running program",
                                  static_cast<double>(elapsed.count() / 1000),
                                  declared.timeout_s, "s");
            return !ctx.observer.Cancelled();
          }};
  auto end = RunProgram(spec, watch);
  if (absl::IsNotFound(end.status()))
    return Failed(declared, "SCRIPT_FAILED", "the program cannot be executed",
                  std::string(end.status().message()),
                  "Write a #! line, or name an interpreter.");
  MIV_RETURN_IF_ERROR(end.status());
  return Verdict(declared, *std::move(end));
}

// Regular files of one name: a link would make another's file the result.
absl::Status CheckWritten(const Declared& declared, const Places& places,
                          const std::string& name) {
  struct stat folder, file;
  const std::string path = JoinPath(places.outputs(), name);
  const bool there = lstat(places.outputs().c_str(), &folder) == 0 &&
                     S_ISDIR(folder.st_mode) && lstat(path.c_str(), &file) == 0;
  if (!there)
    return Failed(declared, "OUTPUT_MISSING",
                  "the program ended well without writing its output",
                  absl::StrCat("no ", name),
                  "Write it to the path in the variable MIV_OUTPUT, or to its "
                  "name in MIV_OUTPUT_DIR.");
  if (S_ISREG(file.st_mode) && file.st_nlink == 1) return absl::OkStatus();
  return Failed(declared, "OUTPUT_UNUSABLE",
                absl::StrCat("the output ", name, " is a link or no file"), "",
                "Write a regular file.");
}

// What it wrote besides is lost, and said so.
void RemarkOthers(StepContext& ctx, const Declared& declared,
                  const Places& places) {
  std::error_code error;
  std::vector<std::string> others;
  for (fs::directory_iterator entry(places.outputs(), error), end;
       !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const auto& names = declared.outputs;
    if (std::find(names.begin(), names.end(), name) == names.end())
      others.push_back(name);
  }
  std::sort(others.begin(), others.end());
  if (others.size() > 10) others.resize(10);
  if (!others.empty())
    ctx.observer.Warning(absl::StrCat(
        "The program wrote files that the step does not declare; they are "
        "left out: ",
        absl::StrJoin(others, ", ")));
}

// The program and all that it started are gone, so a file that has been moved
// is what is checked and published.
absl::Status TakeOutputs(StepContext& ctx, const Declared& declared,
                         const Places& places) {
  for (const std::string& name : declared.outputs)
    MIV_RETURN_IF_ERROR(CheckWritten(declared, places, name));
  RemarkOthers(ctx, declared, places);
  MIV_ASSIGN_OR_RETURN(const FileClaim claim,
                       ClaimOf(ctx.config, "config.program"));
  for (const std::string& name : declared.outputs) {
    const std::string from = JoinPath(places.outputs(), name);
    const std::string to = JoinPath(ctx.output_directory, name);
    if (rename(from.c_str(), to.c_str()) != 0) return SystemError(to);
    if (chmod(to.c_str(), 0644) != 0) return SystemError(to);
    if (claim.stands_for.empty()) continue;
    ctx.observer.Progress("checking output", 0, 1, "files");
    MIV_RETURN_IF_ERROR(
        CheckStandIn(claim, {.path = to, .label = name}, ctx.observer));
  }
  return absl::OkStatus();
}

absl::Status RunScript(StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const Declared declared, DeclaredBy(ctx));
  MIV_ASSIGN_OR_RETURN(const Places places, MakePlaces(ctx, declared));
  const absl::Cleanup remove = [&] { RemoveTree(places.root).IgnoreError(); };
  MIV_RETURN_IF_ERROR(Execute(ctx, declared, places));
  return TakeOutputs(ctx, declared, places);
}

}  // namespace

absl::StatusOr<nlohmann::json> ScriptStep(StepContext& ctx) {
  const WorkMeter meter;
  absl::Status status;
  if (ctx.ranks.is_root()) status = RunScript(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(status));
  return meter.Report(ctx.ranks);
}

}  // namespace miv::worker
