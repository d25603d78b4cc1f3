#pragma once

// Events that reach one point process at exactly the same time.
//
// NEURON delivers simultaneous events in the order in which they were sent, and
// a spike of another rank is sent later than one of this rank.  A point process
// adds events up in floating point, where order shows if they are not equal:
// then a result may depend on the number of ranks.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "worker/simulate/neuron/handles.h"

namespace miv::simulate::neuron {

/// The order of simultaneous events at one point process.
enum class TiedEvents {
  kArrival,   ///< NEURON's own
  kBySource,  ///< ascending gid of the source; equal ones in NEURON's order
};

/// Simultaneous events of different sources with different weights.
struct UnequalTie {
  double t_ms = 0;
  SectionHandle section;  ///< of the point process
  std::uint32_t first_source = 0;
  std::uint32_t last_source = 0;  ///< smallest and largest gid
};

/// Times at which events of two or more sources met at a point process.
struct TieCounts {
  std::int64_t ties = 0;
  std::int64_t unequal = 0;         ///< of these, with different weights
  std::optional<UnequalTie> first;  ///< the earliest of the unequal ones
};

/// Stands between NEURON's queue and the NET_RECEIVE blocks of the point
/// processes that the connections end at, as long as it lives; artificial
/// cells are left alone.  One at a time.
///
/// kBySource holds events back until the next one with another time, or until
/// the currents of the step are computed, which comes after all deliveries of
/// the step: nothing reads a state in between.  An event that a point process
/// sends itself (net_send) does not overtake what came before it.
class DeliveryWatch {
 public:
  /// connections: every NetCon with the gid of its source.
  DeliveryWatch(
      absl::Span<const std::pair<ConnectionHandle, std::uint32_t>> connections,
      TiedEvents order);
  ~DeliveryWatch();
  DeliveryWatch(const DeliveryWatch&) = delete;
  DeliveryWatch& operator=(const DeliveryWatch&) = delete;

  /// Between two calls of Solve, when all events up to now have come: delivers
  /// what is held back.
  void Settle();

  /// So far.
  TieCounts Counts();
};

}  // namespace miv::simulate::neuron
