#include "worker/simulate/neuron/mechanisms.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {
namespace {

/// Mechanism type of a point process, -1 if there is none of that name.
int TypeOf(absl::string_view name) {
  for (int type = 0; type < n_memb_func; ++type) {
    const Memb_func& mechanism = memb_func[type];
    if (mechanism.is_point && mechanism.sym != nullptr &&
        name == mechanism.sym->name) {
      return type;
    }
  }
  return -1;
}

void CollectParameters(const Symbol& symbol, PointProcessType* type) {
  const int range_variable = hoc_lookup("diam")->type;
  for (Symbol* s = symbol.u.ctemplate->symtable->first; s != nullptr;
       s = s->next) {
    if (s->type != range_variable || s->arayinfo != nullptr) continue;
    if (nrn_vartype(s) != nrnocCONST) continue;
    type->parameters[s->name] = s->u.rng.index;
  }
}

/// Collects what the dynamic linker prints to file descriptor 2 while it lives.
class CapturedStderr {
 public:
  CapturedStderr() {
    std::fflush(stderr);
    saved_ = ::dup(2);
    file_ = std::tmpfile();
    if (file_ != nullptr) ::dup2(::fileno(file_), 2);
  }
  ~CapturedStderr() {
    Restore();
    if (file_ != nullptr) std::fclose(file_);
  }
  std::string Text() {
    Restore();
    if (file_ == nullptr) return "";
    std::string text(16 * 1024, '\0');
    std::rewind(file_);
    text.resize(std::fread(text.data(), 1, text.size(), file_));
    return text;
  }

 private:
  void Restore() {
    if (saved_ < 0) return;
    std::fflush(stderr);
    ::dup2(saved_, 2);
    ::close(saved_);
    saved_ = -1;
  }
  int saved_ = -1;
  std::FILE* file_ = nullptr;
};

absl::Status LoadError(absl::string_view label, std::string output) {
  Fault fault;
  fault.reason = "MECHANISM_LIBRARY";
  fault.file = std::string(label);
  fault.what = "NEURON cannot load the compiled mechanisms";
  fault.remedy =
      "Compile the mechanisms again with the NEURON of this machine; a "
      "mechanism that is built into NEURON needs another SUFFIX.";
  fault.output = std::move(output);
  return InvalidInput(fault);
}

}  // namespace

absl::Status LoadMechanisms(Engine& engine, const std::string& path,
                            absl::string_view label) {
  CapturedStderr linker;
  const absl::Status status = engine.Execute(absl::StrCat(
      "miv_loaded_ = 0\n{miv_loaded_ = nrn_load_dll(\"", path, "\")}\n"));
  std::string text = linker.Text();
  if (!status.ok()) {
    return LoadError(label, FaultOrMessage(status).output + text);
  }
  MIV_ASSIGN_OR_RETURN(const double loaded, engine.Global("miv_loaded_"));
  if (loaded == 1) return absl::OkStatus();
  return LoadError(label, engine.TakeComplaints() + text);
}

absl::StatusOr<PointProcessType> FindPointProcess(Engine& engine,
                                                  absl::string_view name) {
  (void)engine;
  PointProcessType result;
  result.name = std::string(name);
  result.symbol = hoc_lookup(result.name.c_str());
  const int type = TypeOf(name);
  if (result.symbol == nullptr || type < 0) {
    Fault fault;
    fault.reason = "UNKNOWN_MECHANISM";
    fault.what = absl::StrCat("no point process is called ", name);
    fault.remedy = SuggestName(name, PointProcessNames());
    return MakeStatus(absl::StatusCode::kNotFound, fault);
  }
  CollectParameters(*result.symbol, &result);
  result.weights = pnt_receive_size[type];
  result.keeps_weights = pnt_receive_init[type] != nullptr;
  return result;
}

bool IsClass(absl::string_view name) {
  Symbol* symbol = hoc_lookup(std::string(name).c_str());
  return symbol != nullptr && symbol->type == hoc_lookup("Vector")->type;
}

std::vector<std::string> PointProcessNames() {
  std::vector<std::string> names;
  for (int type = 0; type < n_memb_func; ++type) {
    if (memb_func[type].is_point && memb_func[type].sym != nullptr) {
      names.push_back(memb_func[type].sym->name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace miv::simulate::neuron
