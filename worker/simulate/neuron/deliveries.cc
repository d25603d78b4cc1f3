#include "worker/simulate/neuron/deliveries.h"

#include <algorithm>
#include <set>

#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {
namespace {

using Receive = void (*)(Point_process*, double*, double);

struct Event {
  Point_process* target = nullptr;
  double* weights = nullptr;  ///< of the NetCon, which they identify
  std::uint32_t source = 0;   ///< known while they are sorted by it
};

struct Source {
  double* weights = nullptr;
  std::uint32_t gid = 0;
};

/// What the functions that NEURON calls need; NEURON knows no user data.
struct State {
  TiedEvents order = TiedEvents::kArrival;
  std::vector<Source> sources;   ///< sorted by weights
  std::vector<Receive> receive;  ///< NEURON's own, by mechanism type
  std::vector<Pvmi> current;     ///< likewise
  std::vector<Event> events;     ///< at time t
  std::vector<Event> sorted;     ///< scratch
  double t_ms = -1;
  TieCounts counts;
};
State g_state;

std::uint32_t SourceOf(const double* weights) {
  const auto found = std::lower_bound(
      g_state.sources.begin(), g_state.sources.end(), weights,
      [](const Source& a, const double* b) { return a.weights < b; });
  return found != g_state.sources.end() && found->weights == weights
             ? found->gid
             : 0;
}

bool SameWeights(const Event& a, const Event& b) {
  const int count = pnt_receive_size[a.target->prop->type];
  return std::equal(a.weights, a.weights + count, b.weights);
}

/// Events of one point process and time, two or more.
void CountTie(absl::Span<const Event> events) {
  std::uint32_t low = SourceOf(events[0].weights), high = low;
  bool unequal = false;
  for (const Event& event : events.subspan(1)) {
    const std::uint32_t gid = SourceOf(event.weights);
    low = std::min(low, gid);
    high = std::max(high, gid);
    unequal = unequal || !SameWeights(events[0], event);
  }
  if (low == high) return;
  ++g_state.counts.ties;
  if (!unequal) return;
  ++g_state.counts.unequal;
  if (!g_state.counts.first) {
    g_state.counts.first =
        UnequalTie{g_state.t_ms, {events[0].target->sec}, low, high};
  }
}

void CountTies() {
  std::vector<Event>& sorted = g_state.sorted;
  sorted = g_state.events;
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const Event& a, const Event& b) { return a.target < b.target; });
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t end = first + 1;
    while (end < sorted.size() && sorted[end].target == sorted[first].target)
      ++end;
    if (end - first > 1)
      CountTie(absl::MakeConstSpan(sorted).subspan(first, end - first));
    first = end;
  }
}

void Deliver(const Event& event) {
  g_state.receive[event.target->prop->type](event.target, event.weights, 0);
}

void DeliverBySource() {
  if (g_state.events.size() > 1) {
    for (Event& event : g_state.events) event.source = SourceOf(event.weights);
    std::stable_sort(
        g_state.events.begin(), g_state.events.end(),
        [](const Event& a, const Event& b) { return a.source < b.source; });
  }
  const double now = nrn_threads[0]._t;
  nrn_threads[0]._t = g_state.t_ms;
  for (const Event& event : g_state.events) Deliver(event);
  nrn_threads[0]._t = now;
}

/// Everything with the time t has come.
void CloseTime() {
  if (g_state.events.empty()) return;
  if (g_state.events.size() > 1) CountTies();
  if (g_state.order == TiedEvents::kBySource) DeliverBySource();
  g_state.events.clear();
}

/// In the place of a NET_RECEIVE block.
void OnReceive(Point_process* target, double* weights, double flag) {
  const double t = nrn_threads[0]._t;
  if (flag != 0) {  // the point process's own
    if (g_state.order == TiedEvents::kBySource) CloseTime();
    g_state.receive[target->prop->type](target, weights, flag);
    return;
  }
  if (t != g_state.t_ms) {
    CloseTime();
    g_state.t_ms = t;
  }
  g_state.events.push_back({target, weights, 0});
  if (g_state.order == TiedEvents::kArrival) Deliver(g_state.events.back());
}

/// In the place of a mechanism's current.
void OnCurrent(NrnThread* thread, Memb_list* instances, int type) {
  CloseTime();
  g_state.current[type](thread, instances, type);
}

bool Watched(int type) {
  return !nrn_is_artificial_[type] && memb_func[type].current != nullptr;
}

void Interpose(const std::set<int>& types) {
  g_state.receive.assign(n_memb_func, nullptr);
  g_state.current.assign(n_memb_func, nullptr);
  for (const int type : types) {
    if (!Watched(type)) continue;
    g_state.receive[type] = std::exchange(pnt_receive[type], OnReceive);
    if (g_state.order == TiedEvents::kBySource)
      g_state.current[type] = std::exchange(memb_func[type].current, OnCurrent);
  }
}

void StepAside() {
  for (std::size_t type = 0; type < g_state.receive.size(); ++type) {
    if (g_state.receive[type] != nullptr)
      pnt_receive[type] = g_state.receive[type];
    if (g_state.current[type] != nullptr)
      memb_func[type].current = g_state.current[type];
  }
}

}  // namespace

DeliveryWatch::DeliveryWatch(
    absl::Span<const std::pair<ConnectionHandle, std::uint32_t>> connections,
    TiedEvents order) {
  g_state = State();
  g_state.order = order;
  std::set<int> types;
  g_state.sources.reserve(connections.size());
  for (const auto& [connection, gid] : connections) {
    Point_process* target = nullptr;
    double *threshold = nullptr, *weights = nullptr, *delay = nullptr;
    nrn_netcon_info(connection.connection, &weights, &target, &threshold,
                    &delay);
    g_state.sources.push_back({weights, gid});
    if (target != nullptr) types.insert(target->prop->type);
  }
  std::sort(
      g_state.sources.begin(), g_state.sources.end(),
      [](const Source& a, const Source& b) { return a.weights < b.weights; });
  Interpose(types);
}

DeliveryWatch::~DeliveryWatch() {
  CloseTime();
  StepAside();
  g_state = State();
}

void DeliveryWatch::Settle() { CloseTime(); }

TieCounts DeliveryWatch::Counts() {
  if (g_state.order == TiedEvents::kArrival) CloseTime();
  return g_state.counts;
}

}  // namespace miv::simulate::neuron
