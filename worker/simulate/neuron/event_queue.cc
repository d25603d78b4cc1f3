#include "worker/simulate/neuron/event_queue.h"

#include <cmath>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/cell_state.h"
#include "worker/simulate/neuron/event_abi.h"
#include "worker/simulate/neuron/guard.h"

namespace miv::simulate::neuron {
namespace {

/// A thing of a cell: the cell's index and that of the thing in it.
struct Place {
  std::size_t cell = 0;
  std::int32_t index = 0;
};

/// Mechanisms that send themselves events mark the slot of the queue item.
constexpr int kQueueItemSlot = -4;

class QueueReader {
 public:
  explicit QueueReader(absl::Span<const CellView> cells) : cells_(cells) {
    content_.by_cell.resize(cells.size());
    for (std::size_t c = 0; c < cells.size(); ++c) Index(c);
  }

  void Take(const QueueItemLayout& item) {
    switch (item.event->type()) {
      case kNetConEvent:
        return TakeSpike(item);
      case kPreSynEvent:
        return TakeSource(item);
      case kSelfEvent:
        return TakeSelfEvent(item);
      case kExchangeEvent:
        return;
      default:
        ++content_.foreign;
    }
  }

  QueueContent Content() { return std::move(content_); }

 private:
  void Index(std::size_t c) {
    const CellView& cell = cells_[c];
    for (std::size_t i = 0; i < cell.connections.size(); ++i) {
      const Place place{c, static_cast<std::int32_t>(i)};
      NetCon* connection = cell.connections[i].connection;
      connections_[connection] = place;
      by_weights_[cell.connections[i].weights] = place;
      by_source_[reinterpret_cast<NetConLayout*>(connection)->source].push_back(
          place);
    }
    for (std::size_t i = 0; i < cell.point_processes.size(); ++i) {
      processes_[cell.point_processes[i]] = {c, static_cast<std::int32_t>(i)};
    }
  }

  void TakeSpike(const QueueItemLayout& item) {
    const auto found = connections_.find(item.event);
    if (found == connections_.end()) {
      ++content_.foreign;
      return;
    }
    content_.by_cell[found->second.cell].push_back(
        {item.t_ms, found->second.index});
  }

  /// One item stands for all connections of a source, which have one delay;
  /// they are delivered last to first.
  void TakeSource(const QueueItemLayout& item) {
    const auto found = by_source_.find(item.event);
    if (found == by_source_.end()) {
      ++content_.foreign;
      return;
    }
    for (auto place = found->second.rbegin(); place != found->second.rend();
         ++place) {
      content_.by_cell[place->cell].push_back({item.t_ms, place->index});
    }
  }

  void TakeSelfEvent(const QueueItemLayout& item) {
    const auto* event = reinterpret_cast<const SelfEventLayout*>(item.event);
    const auto found = processes_.find(event->target);
    const auto weights = by_weights_.find(event->weights);
    if (found == processes_.end() ||
        (event->weights != nullptr && weights == by_weights_.end())) {
      ++content_.foreign;
      return;
    }
    QueuedEvent taken;
    taken.t_ms = item.t_ms;
    taken.point_process = found->second.index;
    taken.flag = event->flag;
    if (event->weights != nullptr) taken.connection = weights->second.index;
    if (event->movable != nullptr) {
      taken.movable =
          static_cast<std::int32_t>(reinterpret_cast<Datum*>(event->movable) -
                                    event->target->prop->dparam);
    }
    content_.by_cell[found->second.cell].push_back(taken);
  }

  absl::Span<const CellView> cells_;
  std::unordered_map<const void*, Place> connections_;
  std::unordered_map<const void*, Place> by_weights_;
  std::unordered_map<const void*, std::vector<Place>> by_source_;
  std::unordered_map<const void*, Place> processes_;
  QueueContent content_;
};

/// NEURON's visit of the queue passes no user data.
QueueReader* g_reader = nullptr;

void Visit(const TQItem* item, int) {
  g_reader->Take(*reinterpret_cast<const QueueItemLayout*>(item));
}

bool ValidSlot(const Prop* target, int slot) {
  const int type = target->type;
  return slot >= 0 && slot < nrn_prop_dparam_size_[type] &&
         memb_func[type].dparam_semantics != nullptr &&
         memb_func[type].dparam_semantics[slot] == kQueueItemSlot;
}

bool Valid(const CellView& cell, const QueuedEvent& event) {
  const auto connections = static_cast<std::int32_t>(cell.connections.size());
  const auto processes = static_cast<std::int32_t>(cell.point_processes.size());
  if (!(event.t_ms >= nrn_threads[0]._t) || !std::isfinite(event.t_ms)) {
    return false;
  }
  if (event.point_process < 0) {
    return event.connection >= 0 && event.connection < connections;
  }
  return event.point_process < processes && event.connection >= -1 &&
         event.connection < connections && event.movable >= -1 &&
         (event.movable == -1 ||
          ValidSlot(cell.point_processes[event.point_process]->prop,
                    event.movable));
}

void Insert(const CellView& cell, const QueuedEvent& event) {
  if (event.point_process < 0) {
    nrn_netcon_event(cell.connections[event.connection].connection, event.t_ms);
    return;
  }
  Point_process* target = cell.point_processes[event.point_process];
  void** movable =
      event.movable < 0 ? nullptr : &target->prop->dparam[event.movable]._pvoid;
  double* weights = event.connection < 0
                        ? nullptr
                        : cell.connections[event.connection].weights;
  if (nrn_is_artificial_[target->prop->type]) {
    artcell_net_send(movable, weights, target, event.t_ms, event.flag);
  } else {
    nrn_net_send(movable, weights, target, event.t_ms, event.flag);
  }
}

}  // namespace

QueueContent ReadQueue(absl::Span<const CellView> cells) {
  QueueReader reader(cells);
  g_reader = &reader;
  net_cvode_instance_event_queue(nrn_threads)->forall_callback(Visit);
  g_reader = nullptr;
  return reader.Content();
}

absl::Status FillQueue(const CellView& cell,
                       absl::Span<const QueuedEvent> events) {
  for (const QueuedEvent& event : events) {
    if (!Valid(cell, event)) {
      return Differs(cell, "an event has no place in the cell");
    }
  }
  return Guarded(absl::StrCat("restoring events of gid ", cell.gid), [&] {
    for (const QueuedEvent& event : events) Insert(cell, event);
  });
}

}  // namespace miv::simulate::neuron
