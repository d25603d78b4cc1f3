#include "worker/simulate/neuron/cell_state.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/event_abi.h"
#include "worker/simulate/neuron/guard.h"

namespace miv::simulate::neuron {
namespace {

constexpr unsigned char kNoDetector = 2;

// What bbsavestate is asked for, as BBSaveState asks.
constexpr double kAskSize = -1;
constexpr double kAskSave = 0;
constexpr double kAskRestore = 1;

Symbol* SaveFunction(int type) {
  if (memb_func[type].is_point) {
    return hoc_table_lookup("bbsavestate", nrn_pnt_template_[type]->symtable);
  }
  const std::string name =
      absl::StrCat("bbsavestate_", memb_func[type].sym->name);
  return hoc_table_lookup(name.c_str(), hoc_built_in_symlist);
}

absl::Status CallSaveFunction(Symbol* function, Prop* p, double* direction,
                              double* values) {
  return Guarded(absl::StrCat("bbsavestate of ", memb_func[p->type].sym->name),
                 [&] {
                   hoc_pushpx(direction);
                   hoc_pushpx(values);
                   if (memb_func[p->type].is_point) {
                     hoc_call_ob_proc(OwnerOf(p)->ob, function, 2);
                     hoc_xpop();
                   } else {
                     nrn_call_mech_func(function, 2, p, p->type);
                   }
                 });
}

/// How many numbers the mechanism keeps in its own memory.
absl::StatusOr<std::size_t> OwnSize(Symbol* function, Prop* p) {
  double size = kAskSize;
  double unused = 0;
  MIV_RETURN_IF_ERROR(CallSaveFunction(function, p, &size, &unused));
  if (size >= 0 && size < 1e6) return static_cast<std::size_t>(size);
  return absl::InvalidArgumentError(absl::StrCat(
      "bbsavestate of ", memb_func[p->type].sym->name,
      " does not tell the number of its values when called with -1"));
}

absl::Status PutOwnState(Prop* p, StateWriter* bytes) {
  Symbol* function = SaveFunction(p->type);
  if (function == nullptr) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(const std::size_t size, OwnSize(function, p));
  std::vector<double> values(size + 1);
  double direction = kAskSave;
  MIV_RETURN_IF_ERROR(CallSaveFunction(function, p, &direction, values.data()));
  bytes->PutDoubles(values.data(), size);
  return absl::OkStatus();
}

absl::Status GetOwnState(Prop* p, StateReader* bytes) {
  Symbol* function = SaveFunction(p->type);
  if (function == nullptr) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(const std::size_t size, OwnSize(function, p));
  std::vector<double> values(size + 1);
  bytes->GetDoubles(values.data(), size);
  double direction = kAskRestore;
  return CallSaveFunction(function, p, &direction, values.data());
}

/// The diameter is geometry, not state.
bool IsKept(const Prop* p) { return p->type > MORPHOLOGY && !IsElectrode(p); }

absl::Status PutProperties(Prop* first, StateWriter* bytes) {
  for (Prop* p = first; p != nullptr; p = p->next) {
    if (!IsKept(p)) continue;
    bytes->Put<std::int32_t>(p->type);
    bytes->Put<std::int32_t>(p->param_size);
    bytes->PutDoubles(p->param, static_cast<std::size_t>(p->param_size));
    MIV_RETURN_IF_ERROR(PutOwnState(p, bytes));
  }
  bytes->Put<std::int32_t>(-1);
  return absl::OkStatus();
}

/// By index into the variables of a mechanism.
std::vector<bool> Parameters(const Prop* p) {
  std::vector<bool> is_parameter(static_cast<std::size_t>(p->param_size));
  const auto mark = [&](Symbol* s) {
    const int first = s->u.rng.index;
    const int count = s->arayinfo == nullptr ? 1 : hoc_total_array_data(s, 0);
    if (nrn_vartype(s) != nrnocCONST) return;
    for (int i = first; i < first + count; ++i) {
      if (i >= 0 && i < p->param_size) is_parameter[i] = true;
    }
  };
  const int range_variable = hoc_lookup("diam")->type;
  if (memb_func[p->type].is_point) {
    for (Symbol* s = nrn_pnt_template_[p->type]->symtable->first; s != nullptr;
         s = s->next) {
      if (s->type == range_variable) mark(s);
    }
    return is_parameter;
  }
  const Symbol* mechanism = memb_func[p->type].sym;
  for (unsigned i = 0; i < mechanism->s_varn; ++i) {
    if (mechanism->u.ppsym[i]->type == range_variable) {
      mark(mechanism->u.ppsym[i]);
    }
  }
  return is_parameter;
}

/// Bits of an address, which no variable of a fresh model has otherwise: as a
/// number they would be below 1e-308.
bool HoldsAddress(double value) {
  return std::fpclassify(value) == FP_SUBNORMAL;
}

void GetVariables(const StateRules& rules, Prop* p, StateReader* bytes) {
  const auto count = static_cast<std::size_t>(p->param_size);
  std::vector<double> saved(count);
  bytes->GetDoubles(saved.data(), count);
  if (!bytes->ok()) return;
  std::vector<bool> keep(count);
  if (!rules.everything) keep = Parameters(p);
  for (std::size_t i = 0; i < count; ++i) {
    if (!keep[i] && !HoldsAddress(p->param[i])) p->param[i] = saved[i];
  }
}

std::string NameOf(absl::Span<const std::string> mechanisms, int number) {
  return number >= 0 && static_cast<std::size_t>(number) < mechanisms.size()
             ? mechanisms[number]
             : "no mechanism";
}

absl::Status GetProperties(const CellView& cell, const StateRules& rules,
                           Prop* first, StateReader* bytes) {
  for (Prop* p = first; p != nullptr; p = p->next) {
    if (!IsKept(p)) continue;
    const std::string name =
        NameOf(rules.mechanisms, bytes->Get<std::int32_t>());
    if (name != memb_func[p->type].sym->name) {
      return Differs(cell, "a segment has other mechanisms",
                     memb_func[p->type].sym->name, name);
    }
    const int size = bytes->Get<std::int32_t>();
    if (size != p->param_size) {
      return Differs(
          cell,
          absl::StrCat("the number of variables of ", name, " is another"),
          absl::StrCat(p->param_size), absl::StrCat(size));
    }
    GetVariables(rules, p, bytes);
    MIV_RETURN_IF_ERROR(GetOwnState(p, bytes));
  }
  const int end = bytes->Get<std::int32_t>();
  if (bytes->ok() && end == -1) return absl::OkStatus();
  return Differs(cell, "a segment has fewer mechanisms", "",
                 NameOf(rules.mechanisms, end));
}

double* CurrentOf(const Node* node) {
  const NrnThread& thread = nrn_threads[0];
  if (thread._nrn_fast_imem == nullptr) return nullptr;
  return thread._nrn_fast_imem->_nrn_sav_rhs + node->v_node_index;
}

absl::Status GetConnections(const CellView& cell, const StateRules& rules,
                            StateReader* bytes) {
  const auto count = bytes->Get<std::uint32_t>();
  if (count != cell.connections.size()) {
    return Differs(cell, "the number of connections is another",
                   absl::StrCat(cell.connections.size()), absl::StrCat(count));
  }
  for (const ConnectionView& view : cell.connections) {
    const auto source = bytes->Get<std::uint32_t>();
    const auto slots = bytes->Get<std::int32_t>();
    if (source != view.source_gid || slots != view.slots) {
      return Differs(cell, "a connection has another source",
                     absl::StrCat("gid ", view.source_gid),
                     absl::StrCat("gid ", source));
    }
    for (int slot = 0; slot < slots; ++slot) {
      const double saved = bytes->Get<double>();
      const bool built =
          rules.built_weights.count({view.target->prop->type, slot}) > 0;
      if (bytes->ok() && (rules.everything || !built)) {
        view.weights[slot] = saved;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Differs(const CellView& cell, std::string what,
                     std::string expected, std::string found) {
  Fault fault;
  fault.reason = "CHECKPOINT_DIFFERS";
  fault.gid = cell.gid;
  fault.what = absl::StrCat("the checkpoint is of another model: ", what,
                            ", in ", hoc_object_name(cell.object));
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  fault.remedy =
      "Cells, their templates, mechanisms and connections must be those of "
      "the run that wrote the checkpoint.";
  return InvalidInput(fault);
}

absl::Status PutCellState(const CellView& cell, StateWriter* bytes) {
  bytes->Put<std::uint32_t>(static_cast<std::uint32_t>(cell.nodes.size()));
  for (Node* node : cell.nodes) {
    const double* current = CurrentOf(node);
    bytes->Put<double>(NODEV(node));
    bytes->Put<double>(current == nullptr ? 0 : *current);
    MIV_RETURN_IF_ERROR(PutProperties(node->prop, bytes));
  }
  if (cell.artificial()) {
    MIV_RETURN_IF_ERROR(
        PutProperties(cell.point_processes.front()->prop, bytes));
  }
  bytes->Put<std::uint32_t>(
      static_cast<std::uint32_t>(cell.connections.size()));
  for (const ConnectionView& view : cell.connections) {
    bytes->Put<std::uint32_t>(view.source_gid);
    bytes->Put<std::int32_t>(view.slots);
    bytes->PutDoubles(view.weights, static_cast<std::size_t>(view.slots));
  }
  bytes->Put<unsigned char>(cell.above == nullptr ? kNoDetector : *cell.above);
  return absl::OkStatus();
}

absl::Status GetCellState(const CellView& cell, const StateRules& rules,
                          StateReader* bytes) {
  const auto nodes = bytes->Get<std::uint32_t>();
  if (nodes != cell.nodes.size()) {
    return Differs(cell, "the number of nodes is another",
                   absl::StrCat(cell.nodes.size()), absl::StrCat(nodes));
  }
  for (Node* node : cell.nodes) {
    NODEV(node) = bytes->Get<double>();
    const double current = bytes->Get<double>();
    double* slot = CurrentOf(node);
    if (slot != nullptr) *slot = current;
    MIV_RETURN_IF_ERROR(GetProperties(cell, rules, node->prop, bytes));
  }
  if (cell.artificial()) {
    MIV_RETURN_IF_ERROR(
        GetProperties(cell, rules, cell.point_processes.front()->prop, bytes));
  }
  MIV_RETURN_IF_ERROR(GetConnections(cell, rules, bytes));
  const auto above = bytes->Get<unsigned char>();
  if ((above == kNoDetector) != (cell.above == nullptr) ||
      above > kNoDetector) {
    return Differs(cell, "its spike detector is another");
  }
  if (cell.above != nullptr) *cell.above = above;
  return absl::OkStatus();
}

}  // namespace miv::simulate::neuron
