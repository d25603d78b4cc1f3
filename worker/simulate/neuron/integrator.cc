#include "worker/simulate/neuron/integrator.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/nrn_abi.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate::neuron {
namespace {

/// NEURON has one hook per process; this is what it reaches while Solve runs.
struct ActiveRun {
  const StepCallback* callback = nullptr;
  std::int64_t step = 0;
};
ActiveRun g_run;

constexpr int kEndOfStep = 4;

int OnNonVintBlock(int method, int /*length*/, double*, double*, int thread) {
  if (method != kEndOfStep || thread != 0 || g_run.callback == nullptr) {
    return 0;
  }
  const double t = nrn_threads[0]._t;
  if ((*g_run.callback)(++g_run.step, t) == StepAction::kStop) {
    stoprun = 1;
    // The stop takes effect at this step; with more than one thread that would
    // break NEURON's own invariants, but a rank has one.
    nrn_threads[0]._stop_stepping = 1;
  }
  return 0;
}

/// Cache efficiency moves the properties of all sections into one block, which
/// must not happen while a cell is built with a section list of its own
/// (templates.h); from here on all sections exist.
absl::Status Prepare(Engine& engine) {
  return engine.Execute(
      "{miv_cvode_.cache_efficient(1)}\n{miv_context_.set_maxstep(10)}\n");
}

}  // namespace

absl::Status Initialise(Engine& engine, const RunSettings& settings) {
  MIV_RETURN_IF_ERROR(Prepare(engine));
  if (settings.celsius.has_value()) {
    MIV_RETURN_IF_ERROR(engine.SetGlobal("celsius", *settings.celsius));
  }
  MIV_RETURN_IF_ERROR(engine.SetGlobal("steps_per_ms", 1.0 / settings.dt_ms));
  MIV_RETURN_IF_ERROR(engine.SetGlobal("dt", settings.dt_ms));
  MIV_RETURN_IF_ERROR(engine.SetGlobal("v_init", settings.v_init_mv));
  nrn_nonvint_block = OnNonVintBlock;
  g_run = ActiveRun();
  MIV_RETURN_IF_ERROR(engine.Execute("stdinit()\n"));
  secondorder = settings.secondorder;
  MIV_RETURN_IF_ERROR(engine.SetGlobal("dt", settings.dt_ms));
  return Guarded("initialisation",
                 [&] { nrn_finitialize(1, settings.v_init_mv); });
}

void ContinueAfter(std::int64_t step) { g_run.step = step; }

absl::Status Solve(Engine& engine, double t_end_ms, StepCallback callback) {
  (void)engine;
  Object* context = nullptr;
  g_run.callback = &callback;
  stoprun = 0;
  const absl::Status status = Guarded("the simulation", [&] {
    context = *hoc_top_level_data[hoc_lookup("miv_context_")->u.oboff].pobj;
    hoc_pushx(t_end_ms);
    hoc_call_ob_proc(
        context, hoc_table_lookup("psolve", context->ctemplate->symtable), 1);
    hoc_xpop();
  });
  g_run.callback = nullptr;
  stoprun = 0;
  return status;
}

absl::Span<const double> MembraneCurrents() {
  const NrnThread& thread = nrn_threads[0];
  if (thread._nrn_fast_imem == nullptr) return {};
  return absl::MakeConstSpan(thread._nrn_fast_imem->_nrn_sav_rhs, thread.end);
}

absl::Span<const double> Potentials() {
  return absl::MakeConstSpan(nrn_threads[0]._actual_v, nrn_threads[0].end);
}

int NodeIndex(SectionHandle section, int segment) {
  const double x = (segment + 0.5) / SegmentCount(section);
  return node_exact(section.section, x)->v_node_index;
}

std::optional<NonFinitePotential> FindNonFinitePotential() {
  const absl::Span<const double> potentials = Potentials();
  for (std::size_t i = 0; i < potentials.size(); ++i) {
    if (std::isfinite(potentials[i])) continue;
    Section* section = nrn_threads[0]._v_node[i]->sec;
    NonFinitePotential found;
    found.section = {section};
    found.name = SectionName(found.section);
    Object* cell = nrn_sec2cell(section);
    if (cell != nullptr) found.cell = hoc_object_name(cell);
    return found;
  }
  return std::nullopt;
}

}  // namespace miv::simulate::neuron
