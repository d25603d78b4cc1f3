#include "worker/simulate/neuron/replay.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/event_abi.h"
#include "worker/simulate/neuron/guard.h"

namespace miv::simulate::neuron {
namespace {

/// As long as it lives, the cell's spikes go nowhere.
class Muted {
 public:
  explicit Muted(Point_process* cell)
      : cell_(cell), source_(std::exchange(cell->presyn_, nullptr)) {}
  ~Muted() { cell_->presyn_ = source_; }

 private:
  Point_process* cell_;
  void* source_;
};

void Receive(const CellView& cell, const QueuedEvent& event) {
  Point_process* target = cell.point_processes.front();
  if (event.movable >= 0) {
    target->prop->dparam[event.movable]._pvoid = nullptr;
  }
  double* weights = event.connection < 0
                        ? nullptr
                        : cell.connections[event.connection].weights;
  nrn_threads[0]._t = event.t_ms;
  pnt_receive[target->prop->type](target, weights, event.flag);
}

/// NEURON's visit of the queue passes no user data.
std::vector<const TQItem*> g_items;

void Collect(const TQItem* item, int) { g_items.push_back(item); }

/// Takes everything out of the queue: what the cell has just sent itself.
void TakeSent(const CellView& cell, std::vector<QueuedEvent>* events) {
  QueueContent sent = ReadQueue({&cell, 1});
  events->insert(events->end(), sent.by_cell[0].begin(), sent.by_cell[0].end());
  TQueue* queue = net_cvode_instance_event_queue(nrn_threads);
  g_items.clear();
  queue->forall_callback(Collect);
  for (const TQItem* item : g_items) queue->remove(const_cast<TQItem*>(item));
}

}  // namespace

absl::Status ReplayCell(const CellView& cell, double until_ms,
                        std::vector<QueuedEvent>* events) {
  const Muted muted(cell.point_processes.front());
  const auto earlier = [](const QueuedEvent& a, const QueuedEvent& b) {
    return a.t_ms < b.t_ms;
  };
  while (true) {
    const auto next = std::min_element(events->begin(), events->end(), earlier);
    if (next == events->end() || next->t_ms > until_ms) return absl::OkStatus();
    const QueuedEvent event = *next;
    events->erase(next);
    if (event.point_process < 0) continue;  // none of its own
    MIV_RETURN_IF_ERROR(Guarded(absl::StrCat("replaying gid ", cell.gid),
                                [&] { Receive(cell, event); }));
    TakeSent(cell, events);
  }
}

void EmptyQueue() { clear_event_queue(); }

}  // namespace miv::simulate::neuron
