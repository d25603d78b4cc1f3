#include "worker/simulate/neuron/compile/compile_mechanisms.h"

#include <nrnsemanticversion.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/base/subprocess.h"

namespace miv::simulate::neuron {
namespace {

constexpr std::chrono::minutes kToolTimeout{5};

/// Reproducible floating point: no fast-math, no contraction.
const std::vector<std::string>& CompileFlags() {
  static const auto& flags = *new std::vector<std::string>{
      "-O2", "-w", "-fPIC", "-ffp-contract=off", "-DHAVE_CONFIG_H", "-I."};
  return flags;
}

/// A scratch directory that removes itself.
class Scratch {
 public:
  explicit Scratch(const std::string& parent)
      : path_(JoinPath(parent, absl::StrCat(".compile-", ::getpid()))) {}
  ~Scratch() { RemoveTree(path_).IgnoreError(); }
  absl::Status Create() const {
    MIV_RETURN_IF_ERROR(RemoveTree(path_));
    return MakeDirectories(path_);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Compilation {
  const CompileRequest& request;
  const ModSources& sources;
  const std::string& directory;  ///< scratch
};

ProcessOptions ToolOptions(const Compilation& job) {
  ProcessOptions options;
  options.working_directory = job.directory;
  options.environment["MODLUNIT"] = job.request.tools.units;
  options.environment["LC_ALL"] = "C";
  options.timeout = kToolTimeout;
  options.output_limit = 64 * 1024;
  return options;
}

/// Line that a message of nocmodl or cc names, 0 if none.
int LineOf(absl::string_view output, const std::string& stem) {
  for (const std::string& mark :
       {std::string("at line "), absl::StrCat(stem, ".mod:")}) {
    const std::size_t at = output.find(mark);
    if (at == absl::string_view::npos) continue;
    absl::string_view rest = output.substr(at + mark.size());
    rest = rest.substr(0, rest.find_first_not_of("0123456789"));
    int line = 0;
    if (absl::SimpleAtoi(rest, &line)) return line;
  }
  return 0;
}

absl::Status CompileError(const Compilation& job, const ModSource& file,
                          absl::string_view what, const ProcessResult& result) {
  Fault fault;
  fault.reason = "MECHANISM_COMPILE";
  fault.file = JoinPath(job.request.label, file.path);
  fault.output =
      absl::StrReplaceAll(absl::StrCat(result.out, result.err),
                          {{absl::StrCat(job.directory, "/"), ""},
                           {absl::StrCat(file.stem, ".mod"), file.path}});
  fault.line = LineOf(absl::StrCat(result.out, result.err), file.stem);
  fault.what = result.timed_out ? absl::StrCat(what, " took more than ",
                                               kToolTimeout.count(), " minutes")
                                : std::string(what);
  fault.remedy = "Correct the mod file; the output tells where it is wrong.";
  return InvalidInput(fault);
}

absl::Status Translate(const Compilation& job, const ModSource& file) {
  MIV_ASSIGN_OR_RETURN(
      const ProcessResult result,
      RunProcess({job.request.tools.nocmodl, absl::StrCat(file.stem, ".mod")},
                 ToolOptions(job)));
  if (result.exit_code == 0 && !result.timed_out) return absl::OkStatus();
  return CompileError(job, file, "NMODL cannot translate the mechanism",
                      result);
}

absl::Status CompileOne(const Compilation& job, const ModSource& file) {
  MIV_RETURN_IF_ERROR(Translate(job, file));
  std::vector<std::string> command = {job.request.tools.compiler};
  command.insert(command.end(), CompileFlags().begin(), CompileFlags().end());
  for (const std::string& argument :
       {absl::StrCat("-I", job.request.tools.include), std::string("-c"),
        absl::StrCat(file.stem, ".c"), std::string("-o"),
        absl::StrCat(file.stem, ".o")}) {
    command.push_back(argument);
  }
  MIV_ASSIGN_OR_RETURN(const ProcessResult result,
                       RunProcess(command, ToolOptions(job)));
  if (result.exit_code == 0 && !result.timed_out) return absl::OkStatus();
  return CompileError(job, file, "the C compiler rejects the mechanism",
                      result);
}

/// Compiles all files on as many threads as there are cores; the error of the
/// first failing file in order, so that it does not depend on timing.
absl::Status CompileAll(const Compilation& job) {
  const std::vector<ModSource>& files = job.sources.files;
  std::vector<absl::Status> statuses(files.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) {
      statuses[i] = CompileOne(job, files[i]);
    }
  };
  const std::size_t workers = std::clamp<std::size_t>(
      std::thread::hardware_concurrency(), 1, files.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) MIV_RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

/// C source that registers the mechanisms in the order of their file names.
std::string Registration(const std::vector<ModSource>& files) {
  std::string text;
  for (const ModSource& file : files) {
    absl::StrAppend(&text, "extern void _", file.stem, "_reg(void);\n");
  }
  absl::StrAppend(&text, "void modl_reg(void) {\n");
  for (const ModSource& file : files) {
    absl::StrAppend(&text, "  _", file.stem, "_reg();\n");
  }
  return absl::StrCat(text, "}\n");
}

absl::Status WriteSources(const Compilation& job) {
  for (const ModSource& file : job.sources.files) {
    MIV_RETURN_IF_ERROR(WriteFileAtomically(
        JoinPath(job.directory, absl::StrCat(file.stem, ".mod")), file.text));
  }
  for (const ModSource& file : job.sources.includes) {
    MIV_RETURN_IF_ERROR(
        WriteFileAtomically(JoinPath(job.directory, file.base), file.text));
  }
  return WriteFileAtomically(JoinPath(job.directory, "modl_reg_all.c"),
                             Registration(job.sources.files));
}

absl::StatusOr<std::string> Link(const Compilation& job) {
  const MechanismTools& tools = job.request.tools;
  const std::string nrn = tools.library.substr(0, tools.library.rfind('/'));
  std::vector<std::string> command = {
      tools.compiler, "-shared",       "-O2",           "-fPIC",
      "-o",           "libnrnmech.so", "modl_reg_all.c"};
  for (const ModSource& file : job.sources.files) {
    command.push_back(absl::StrCat(file.stem, ".o"));
  }
  for (const std::string& argument :
       {tools.library, absl::StrCat("-Wl,-rpath,", nrn), std::string("-lm")}) {
    command.push_back(argument);
  }
  MIV_ASSIGN_OR_RETURN(const ProcessResult result,
                       RunProcess(command, ToolOptions(job)));
  if (result.exit_code == 0 && !result.timed_out) {
    return JoinPath(job.directory, "libnrnmech.so");
  }
  Fault fault;
  fault.reason = "MECHANISM_LINK";
  fault.file = job.request.label;
  fault.what = "the compiled mechanisms cannot be linked";
  fault.output = absl::StrCat(result.out, result.err);
  return InvalidInput(fault);
}

}  // namespace

MechanismTools MechanismTools::Installed() {
  MechanismTools tools;
  tools.nocmodl = MIV_NOCMODL;
  tools.units = MIV_NRN_UNITS;
  tools.library = MIV_NRN_LIBRARY;
  tools.include = MIV_NRN_INCLUDE;
  return tools;
}

absl::StatusOr<std::string> MechanismKey(const ModSources& sources,
                                         const MechanismTools& tools) {
  Sha256 hash;
  const auto add = [&hash](absl::string_view part) {
    hash.Update(absl::StrCat(part.size(), ":"));
    hash.Update(part);
  };
  std::map<std::string, const ModSource*> by_path;
  for (const ModSource& file : sources.files) by_path[file.path] = &file;
  for (const ModSource& file : sources.includes) by_path[file.path] = &file;
  for (const auto& [path, file] : by_path) {
    add(path);
    add(file->text);
  }
  add(absl::StrCat(NRN_VERSION_MAJOR, ".", NRN_VERSION_MINOR, ".",
                   NRN_VERSION_PATCH));
  MIV_ASSIGN_OR_RETURN(const FileDigest nocmodl, DigestOfFile(tools.nocmodl));
  add(nocmodl.digest);
  MIV_ASSIGN_OR_RETURN(const ProcessResult compiler,
                       RunProcess({tools.compiler, "--version"}));
  add(compiler.out);
  for (const std::string& flag : CompileFlags()) add(flag);
  return hash.Finish();
}

absl::StatusOr<CompiledMechanisms> CompileMechanisms(
    const CompileRequest& request) {
  MIV_ASSIGN_OR_RETURN(const ModSources sources,
                       ReadModSources(request.directory, request.label));
  CompiledMechanisms compiled;
  MIV_ASSIGN_OR_RETURN(compiled.key, MechanismKey(sources, request.tools));
  compiled.files = static_cast<int>(sources.files.size());
  const Scratch scratch(request.output_directory);
  MIV_RETURN_IF_ERROR(scratch.Create());
  const Compilation job{request, sources, scratch.path()};
  MIV_RETURN_IF_ERROR(WriteSources(job));
  MIV_RETURN_IF_ERROR(CompileAll(job));
  MIV_ASSIGN_OR_RETURN(const std::string built, Link(job));
  compiled.library = JoinPath(request.output_directory, "libnrnmech.so");
  if (std::rename(built.c_str(), compiled.library.c_str()) != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot write ", compiled.library));
  }
  return compiled;
}

}  // namespace miv::simulate::neuron
