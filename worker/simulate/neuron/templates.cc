#include "worker/simulate/neuron/templates.h"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/mechanisms.h"
#include "worker/simulate/neuron/nrn_abi.h"
#include "worker/simulate/neuron/python_object.h"

namespace miv::simulate::neuron {
namespace {

absl::Status TemplateError(absl::string_view label, std::string what,
                           std::string output) {
  Fault fault;
  fault.reason = "TEMPLATE";
  fault.file = std::string(label);
  fault.what = std::move(what);
  fault.remedy =
      absl::StrContains(output, "is not a MECHANISM")
          ? "Add the mechanism to the model's mod files, or do not insert it."
          : "Correct the template; it has to load and to make cells in NEURON "
            "as it is.";
  fault.output = std::move(output);
  return InvalidInput(fault);
}

/// A template whose file failed to load exists as a symbol, but instantiating
/// it crashes NEURON.
bool IsComplete(const Symbol& symbol) {
  const cTemplate& made = *symbol.u.ctemplate;
  return made.olist != nullptr && made.dataspace_size > 0;
}

absl::Status LoadFile(Engine& engine, const std::string& path,
                      absl::string_view label) {
  if (::access(path.c_str(), R_OK) != 0) {
    Fault fault;
    fault.reason = "TEMPLATE_FILE";
    fault.file = std::string(label);
    fault.what = "the template file cannot be opened";
    fault.remedy = "A template NAME is looked for in the file NAME.hoc.";
    return MakeStatus(absl::StatusCode::kNotFound, fault);
  }
  engine.TakeComplaints();
  const absl::Status status = engine.Execute(absl::StrCat(
      "miv_loaded_ = 0\n{miv_loaded_ = load_file(\"", path, "\")}\n"));
  const std::string complaints =
      status.ok() ? engine.TakeComplaints() : FaultOrMessage(status).output;
  if (!status.ok() || !complaints.empty()) {
    return TemplateError(label, "NEURON cannot load the template", complaints);
  }
  MIV_ASSIGN_OR_RETURN(const double loaded, engine.Global("miv_loaded_"));
  if (loaded == 1) return absl::OkStatus();
  return TemplateError(label, "NEURON cannot load the template", "");
}

/// Digest of the file that each template was loaded from.  hoc cannot redefine
/// a template, so the process keeps what it has read.
std::map<std::string, std::string>& LoadedFiles() {
  static auto& files = *new std::map<std::string, std::string>;
  return files;
}

/// A file with another content than the one that the template came from.
absl::Status CheckSameFile(const std::string& name, const std::string& path,
                           absl::string_view label) {
  const auto loaded = LoadedFiles().find(name);
  if (loaded == LoadedFiles().end()) return absl::OkStatus();
  const auto digest = DigestOfFile(path);
  if (!digest.ok() || digest->digest == loaded->second) {
    return absl::OkStatus();
  }
  Fault fault;
  fault.reason = "MODEL_LOADED";
  fault.file = std::string(label);
  fault.what =
      absl::StrCat("this process has already loaded another template ", name);
  fault.remedy = "Run the step in a worker group of its own.";
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

/// Gives NEURON an empty section list while it lives, then appends what was
/// created to the real one.
class IsolatedSections {
 public:
  explicit IsolatedSections(bool active) : active_(active) {
    if (!active_) return;
    real_ = section_list;
    section_list = hoc_l_newlist();
    tree_changed = 1;
  }
  ~IsolatedSections() {
    if (!active_) return;
    hoc_Item* own = section_list;
    section_list = real_;
    if (own->next != own) {
      hoc_Item* first = own->next;
      hoc_Item* last = own->prev;
      first->prev = real_->prev;
      real_->prev->next = first;
      last->next = real_;
      real_->prev = last;
    }
    std::free(own);
    tree_changed = 1;
    diam_changed = 1;
  }

 private:
  bool active_;
  hoc_Item* real_ = nullptr;
};

/// Runs push_arguments (which returns how many it pushed) and the constructor.
absl::StatusOr<std::unique_ptr<Cell>> Make(
    const Template& cell_template, std::uint32_t gid,
    const InstanceOptions& options, absl::FunctionRef<int()> push_arguments) {
  Object* object = nullptr;
  absl::Status status;
  {
    const IsolatedSections isolated(options.isolate);
    status = Guarded(absl::StrCat("making a ", cell_template.name), [&] {
      const int count = push_arguments();
      object = hoc_newobj1(cell_template.symbol, count);
    });
  }
  if (!status.ok()) {
    Fault context;
    context.gid = gid;
    return WithContext(status, context);
  }
  return std::make_unique<Cell>(object, gid);
}

void PushValue(const PythonValuePtr& value) {
  Object* object = WrapPythonValue(value);
  hoc_push_object(object);
  --object->refcount;
}

}  // namespace

absl::StatusOr<Template> KnownTemplate(Engine& engine, absl::string_view name) {
  (void)engine;
  if (!IsClass(name)) {
    return absl::NotFoundError(absl::StrCat("hoc has no class ", name));
  }
  Template result;
  result.name = std::string(name);
  result.symbol = hoc_lookup(result.name.c_str());
  result.is_point_process = result.symbol->u.ctemplate->is_point_ != 0;
  return result;
}

absl::StatusOr<Template> LoadTemplate(Engine& engine, absl::string_view name,
                                      const std::string& path,
                                      absl::string_view label) {
  if (IsClass(name)) {
    MIV_RETURN_IF_ERROR(CheckSameFile(std::string(name), path, label));
  } else {
    MIV_RETURN_IF_ERROR(LoadFile(engine, path, label));
    MIV_ASSIGN_OR_RETURN(const FileDigest digest, DigestOfFile(path));
    LoadedFiles()[std::string(name)] = digest.digest;
  }
  if (!IsClass(name)) {
    return TemplateError(
        label, absl::StrCat("the file does not define a template ", name), "");
  }
  MIV_ASSIGN_OR_RETURN(Template result, KnownTemplate(engine, name));
  if (!result.is_point_process && !IsComplete(*result.symbol)) {
    return TemplateError(label,
                         absl::StrCat("template ", name, " is incomplete"), "");
  }
  return result;
}

absl::StatusOr<std::unique_ptr<Cell>> Instantiate(
    Engine& engine, const Template& cell_template, std::uint32_t gid,
    const std::vector<PythonValuePtr>& arguments,
    const InstanceOptions& options) {
  (void)engine;
  return Make(cell_template, gid, options, [&] {
    hoc_pushx(gid);
    for (const PythonValuePtr& value : arguments) PushValue(value);
    return static_cast<int>(arguments.size()) + 1;
  });
}

absl::StatusOr<std::unique_ptr<Cell>> InstantiateWithoutMorphology(
    Engine& engine, const Template& cell_template, std::uint32_t gid,
    const InstanceOptions& options) {
  (void)engine;
  static char empty[] = "";
  return Make(cell_template, gid, options, [&] {
    hoc_pushx(gid);
    char** text = hoc_temp_charptr();
    *text = empty;
    hoc_pushstr(text);
    return 2;
  });
}

absl::StatusOr<std::unique_ptr<Cell>> InstantiateReduced(
    Engine& engine, const Template& cell_template, std::uint32_t gid,
    const std::vector<PythonValuePtr>& arguments,
    const InstanceOptions& options) {
  (void)engine;
  return Make(cell_template, gid, options, [&] {
    for (const PythonValuePtr& value : arguments) PushValue(value);
    return static_cast<int>(arguments.size());
  });
}

}  // namespace miv::simulate::neuron
