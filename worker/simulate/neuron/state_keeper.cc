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
    StateWriter bytes;
    MIV_RETURN_IF_ERROR(PutCellState(impl_->cells[c], &bytes));
    PutEvents(queue.by_cell[c], &bytes);
    saved.push_back(bytes.Take());
  }
  return saved;
}

absl::Status StateKeeper::Restore(const Source& source) {
  if (!std::isfinite(source.t_ms) ||
      source.cells.size() != impl_->cells.size()) {
    return absl::InternalError("there is not one saved state per cell");
  }
  MIV_RETURN_IF_ERROR(RestartQueue(source.t_ms));
  const StateRules rules{source.mechanisms,
                         source.what == Restored::kEverything,
                         impl_->network->built_weights()};
  for (std::size_t c = 0; c < impl_->cells.size(); ++c) {
    MIV_RETURN_IF_ERROR(RestoreCell(impl_->cells[c], rules, source.cells[c]));
  }
  ContinueAfter(source.step);
  return absl::OkStatus();
}

}  // namespace miv::simulate::neuron
