#pragma once

// Private to this directory: what a cell that plays spike times would be doing
// by now.

#include <vector>

#include "absl/status/status.h"
#include "worker/simulate/neuron/cell_view.h"
#include "worker/simulate/neuron/event_queue.h"

namespace miv::simulate::neuron {

/// Right after Initialise, with the queue empty: gives an artificial cell the
/// events that it has sent itself up to until_ms, as NEURON would, but without
/// spikes.  events: in, those of its initialisation; out, those that are still
/// to come.
/// Errors: InvalidArgument with NEURON's text.
absl::Status ReplayCell(const CellView& cell, double until_ms,
                        std::vector<QueuedEvent>* events);

/// Empties the queue, also of what NEURON needs itself: Restore follows.
void EmptyQueue();

}  // namespace miv::simulate::neuron
