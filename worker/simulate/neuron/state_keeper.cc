#include "worker/simulate/neuron/state_keeper.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/cell_state.h"
#include "worker/simulate/neuron/cell_view.h"
#include "worker/simulate/neuron/event_abi.h"
#include "worker/simulate/neuron/event_queue.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/integrator.h"
#include "worker/simulate/neuron/replay.h"

namespace miv::simulate::neuron {
namespace {

void PutEvents(const std::vector<QueuedEvent>& events, StateWriter* bytes) {
  bytes->Put<std::uint32_t>(static_cast<std::uint32_t>(events.size()));
  for (const QueuedEvent& event : events) {
    bytes->Put(event.t_ms);
    bytes->Put(event.connection);
    bytes->Put(event.point_process);
    bytes->Put(event.movable);
    bytes->Put(event.flag);
  }
}

std::vector<QueuedEvent> GetEvents(StateReader* bytes) {
  std::vector<QueuedEvent> events;
  const auto count = bytes->Get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && bytes->ok(); ++i) {
    QueuedEvent& event = events.emplace_back();
    event.t_ms = bytes->Get<double>();
    event.connection = bytes->Get<std::int32_t>();
    event.point_process = bytes->Get<std::int32_t>();
    event.movable = bytes->Get<std::int32_t>();
    event.flag = bytes->Get<double>();
  }
  return events;
}

/// Sets the time, empties the queue and starts the exchange of spikes again.
absl::Status RestartQueue(double t_ms) {
  return Guarded("restoring the time", [&] {
    bbss_restore_global(nullptr, reinterpret_cast<char*>(&t_ms), sizeof t_ms);
    bbss_restore_done(nullptr);
  });
}

absl::StatusOr<std::string> BytesOf(const CellView& cell,
                                    const std::vector<QueuedEvent>& events) {
  StateWriter bytes;
  MIV_RETURN_IF_ERROR(PutCellState(cell, &bytes));
  PutEvents(events, &bytes);
  return bytes.Take();
}

/// Right after initialisation: [cells], for those that play what they are to
/// be at t_ms, "" for others.
absl::StatusOr<std::vector<std::string>> Replay(
    const std::vector<CellView>& cells, const Network& network, double t_ms) {
  std::vector<std::string> replayed(cells.size());
  QueueContent queue = ReadQueue(cells);
  EmptyQueue();
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (network.playing().count(cells[c].gid) == 0) continue;
    MIV_RETURN_IF_ERROR(ReplayCell(cells[c], t_ms, &queue.by_cell[c]));
    MIV_ASSIGN_OR_RETURN(replayed[c], BytesOf(cells[c], queue.by_cell[c]));
  }
  return replayed;
}

absl::Status RestoreCell(const CellView& cell, const StateRules& rules,
                         const std::string& saved) {
  StateReader bytes(saved);
  MIV_RETURN_IF_ERROR(GetCellState(cell, rules, &bytes));
  const std::vector<QueuedEvent> events = GetEvents(&bytes);
  if (!bytes.at_end()) return Differs(cell, "its state has another size");
  return FillQueue(cell, events);
}

}  // namespace

std::vector<std::string> MechanismNumbers() {
  std::vector<std::string> names;
  for (int type = 0; type < n_memb_func; ++type) {
    const Symbol* symbol = memb_func[type].sym;
    names.push_back(symbol == nullptr ? "" : symbol->name);
  }
  return names;
}

class StateKeeper::Impl {
 public:
  std::vector<CellView> cells;
  const Network* network = nullptr;
};

StateKeeper::StateKeeper(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StateKeeper::~StateKeeper() = default;

absl::StatusOr<std::unique_ptr<StateKeeper>> StateKeeper::Create(
    absl::Span<const Cell* const> cells, const Network& network) {
  auto impl = std::make_unique<Impl>();
  MIV_ASSIGN_OR_RETURN(impl->cells, ViewCells(cells, network));
  impl->network = &network;
  return std::unique_ptr<StateKeeper>(new StateKeeper(std::move(impl)));
}

absl::StatusOr<std::vector<std::string>> StateKeeper::Save() {
  const QueueContent queue = ReadQueue(impl_->cells);
  foreign_events_ = queue.foreign;
  std::vector<std::string> saved;
  for (std::size_t c = 0; c < impl_->cells.size(); ++c) {
    MIV_ASSIGN_OR_RETURN(std::string bytes,
                         BytesOf(impl_->cells[c], queue.by_cell[c]));
    saved.push_back(std::move(bytes));
  }
  return saved;
}

absl::Status StateKeeper::Restore(const Source& source) {
  if (!std::isfinite(source.t_ms) ||
      source.cells.size() != impl_->cells.size()) {
    return absl::InternalError("there is not one saved state per cell");
  }
  const std::vector<CellView>& cells = impl_->cells;
  const bool everything = source.what == Restored::kEverything;
  std::vector<std::string> replayed(cells.size());
  absl::Status status;
  if (!everything) {
    auto played = Replay(cells, *impl_->network, source.t_ms);
    status = played.status();
    if (played.ok()) replayed = *std::move(played);
  }
  // Collective, so that it comes before any error.
  MIV_RETURN_IF_ERROR(RestartQueue(source.t_ms));
  MIV_RETURN_IF_ERROR(status);
  const auto& weights = impl_->network->built_weights();
  const std::vector<std::string> own = MechanismNumbers();
  for (std::size_t c = 0; c < cells.size(); ++c) {
    MIV_RETURN_IF_ERROR(
        replayed[c].empty()
            ? RestoreCell(cells[c], {source.mechanisms, everything, weights},
                          source.cells[c])
            : RestoreCell(cells[c], {own, everything, weights}, replayed[c]));
  }
  ContinueAfter(source.step);
  return absl::OkStatus();
}

}  // namespace miv::simulate::neuron
