#include "worker/simulate/neuron/gap_coupling.h"

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/mechanisms.h"
#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {
namespace {

/// Index of a scalar RANGE variable into the instance's data, -1 if there is
/// none.
int IndexOf(const Symbol* mechanism, const char* variable) {
  const Symbol* found =
      hoc_table_lookup(variable, mechanism->u.ctemplate->symtable);
  if (found == nullptr || found->type != hoc_lookup("diam")->type ||
      found->arayinfo != nullptr) {
    return -1;
  }
  return found->u.rng.index;
}

/// The mechanism with the places of its variables.
struct GapProcess {
  Symbol* symbol = nullptr;
  int g = -1;
  int vgap = -1;
};

absl::StatusOr<GapProcess> FindGapProcess(Engine& engine) {
  Fault fault;
  fault.reason = "GAP_MECHANISM";
  fault.expected =
      "POINT_PROCESS ggap with RANGE g (uS) and vgap (mV), i = g * (vgap - v)";
  fault.remedy = "Copy examples/mechanisms/ggap.mod to the model's mechanisms.";
  const auto type = FindPointProcess(engine, kGapMechanism);
  if (!type.ok()) {
    fault.what = "the model has gap junctions but no mechanism ggap";
    return InvalidInput(fault);
  }
  const GapProcess process{type->symbol, IndexOf(type->symbol, "g"),
                           IndexOf(type->symbol, "vgap")};
  if (process.g >= 0 && process.vgap >= 0) return process;
  fault.what = "the model's mechanism ggap lacks g or vgap";
  return InvalidInput(fault);
}

void Call(Object* context, const char* method, int count) {
  hoc_call_ob_proc(
      context, hoc_table_lookup(method, context->ctemplate->symtable), count);
  hoc_xpop();
}

void AddSide(Object* context, const GapProcess& process, const GapSide& side) {
  nrn_pushsec(side.section.section);
  hoc_pushx(side.x);
  Object* point = hoc_newobj1(process.symbol, 1);
  double* data = ob2pntproc(point)->prop->param;
  data[process.g] = side.g_us;
  hoc_pushpx(nrn_rangepointer(side.section.section, hoc_lookup("v"), side.x));
  hoc_pushx(static_cast<double>(side.id));
  Call(context, "source_var", 2);
  hoc_push_object(point);
  hoc_pushpx(&data[process.vgap]);
  hoc_pushx(static_cast<double>(side.other));
  Call(context, "target_var", 3);
  nrn_popsec();
}

}  // namespace

absl::Status CoupleSides(Engine& engine, absl::Span<const GapSide> sides) {
  GapProcess process;
  MIV_ASSIGN_OR_RETURN(process, FindGapProcess(engine));
  return Guarded("coupling cells by gap junctions", [&] {
    Object* context = hoc_newobj1(hoc_lookup("ParallelContext"), 0);
    for (const GapSide& side : sides) AddSide(context, process, side);
    Call(context, "setup_transfer", 0);
    hoc_obj_unref(context);
  });
}

}  // namespace miv::simulate::neuron
