#pragma once

// Private to this directory: the events that are on their way to cells.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "worker/simulate/neuron/cell_view.h"

namespace miv::simulate::neuron {

/// An event of one cell.
struct QueuedEvent {
  double t_ms = 0;
  /// The connection that it came by, -1 for none: of a spike, the one it is
  /// delivered through; of a self event, the one whose event sent it.
  std::int32_t connection = -1;
  std::int32_t point_process = -1;  ///< target of a self event, -1: a spike
  std::int32_t movable = -1;        ///< slot of the target, -1: none
  double flag = 0;                  ///< of a self event
};

struct QueueContent {
  std::vector<std::vector<QueuedEvent>>
      by_cell;               ///< [cells], as they will come
  std::int64_t foreign = 0;  ///< events of no cell, and of user code
};

/// Everything in the queue.  The exchange of spikes between ranks is no event
/// of the model and is left out.
QueueContent ReadQueue(absl::Span<const CellView> cells);

/// Puts the events of a cell into the queue, in their order.
/// Errors: InvalidArgument if they are not of this cell or before now.
absl::Status FillQueue(const CellView& cell,
                       absl::Span<const QueuedEvent> events);

}  // namespace miv::simulate::neuron
