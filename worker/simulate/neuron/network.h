#pragma once

// Spike sources and connections: NEURON's ParallelContext.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "worker/simulate/neuron/cell.h"
#include "worker/simulate/neuron/engine.h"
#include "worker/simulate/neuron/handles.h"
#include "worker/simulate/neuron/mechanisms.h"

namespace miv::simulate::neuron {

/// Where a cell's spikes are detected: the potential at x crosses threshold.
struct SpikeDetector {
  SectionHandle section;
  double x = 0.5;
  double threshold_mv = -30;
  double delay_ms = 0.05;
};

struct Spike {
  double t_ms = 0;
  std::uint32_t gid = 0;
  auto operator<=>(const Spike&) const = default;
};

/// A point process to create.  type outlives the call.
struct PointProcessPlan {
  const PointProcessType* type = nullptr;
  SectionHandle section;
  double x = 0.5;
};

/// Index of a parameter or weight slot, and its value.
using IndexedValue = std::pair<int, double>;

/// A connection to create, and what to write afterwards, in order, to the point
/// process and to the connection's weights.  Spans outlive the call.
struct ConnectionPlan {
  std::uint32_t source_gid = 0;
  std::uint32_t point_process = 0;  ///< index into the batch
  double delay_ms = 0;
  absl::Span<const IndexedValue> parameters;
  absl::Span<const IndexedValue> weights;
};

/// The network of one run.  Cells register before any connection names them.
class Network {
 public:
  static absl::StatusOr<std::unique_ptr<Network>> Create(Engine& engine);

  /// Makes the cell the source of gid's spikes.
  absl::Status AddCell(const Cell& cell, const SpikeDetector& detector);
  absl::Status AddArtificialCell(const Cell& cell);

  /// All spikes of this rank's cells are kept from now on.  After AddCell.
  absl::Status RecordSpikes();
  /// Appends the spikes since the last call, in NEURON's order.
  void TakeSpikes(std::vector<Spike>* spikes);

  /// Creates the point processes and connections of one cell, each list in its
  /// order; weight 0 starts as 0.  Appends handles in the same order.
  absl::Status Connect(absl::Span<const PointProcessPlan> point_processes,
                       absl::Span<const ConnectionPlan> connections,
                       std::vector<PointProcessHandle>* made_point_processes,
                       std::vector<ConnectionHandle>* made_connections);

  /// Every connection made, with the gid of its source.
  absl::Span<const std::pair<ConnectionHandle, std::uint32_t>> connections()
      const {
    return connections_;
  }

  /// Slots of weights that Connect wrote, by mechanism number.
  const std::set<std::pair<int, int>>& built_weights() const {
    return built_weights_;
  }

  /// Cells that Play was called for.
  const std::set<std::uint32_t>& playing() const { return playing_; }

  /// Makes an artificial cell emit spikes at `times`, ms, ascending.
  absl::Status Play(const Cell& cell, absl::Span<const double> times);

  /// Injects amp_na from delay_ms for duration_ms at x of a section.
  absl::Status AddCurrentClamp(SectionHandle section, double x, double delay_ms,
                               double duration_ms, double amp_na);

  /// Holds x of a section at levels_mv, each for its duration, one after the
  /// other from t = 0, through a resistance; up to three.
  absl::Status AddVoltageClamp(SectionHandle section, double x,
                               absl::Span<const double> levels_mv,
                               absl::Span<const double> durations_ms,
                               double rs_megohm);

 private:
  explicit Network(Engine& engine) : engine_(engine) {}
  void NoteWeights(int type, absl::Span<const IndexedValue> weights);

  Engine& engine_;
  Object* context_ = nullptr;      ///< ParallelContext
  Object* spike_times_ = nullptr;  ///< Vector
  Object* spike_gids_ = nullptr;   ///< Vector
  std::vector<std::pair<ConnectionHandle, std::uint32_t>> connections_;
  std::set<std::pair<int, int>> built_weights_;
  std::set<std::uint32_t> playing_;
  int noted_type_ = -1;                   ///< that NoteWeights saw last
  absl::Span<const IndexedValue> noted_;  ///< compared, not read, later
};

/// Writes parameters of a point process and weights of a connection.
void Write(PointProcessHandle point_process, ConnectionHandle connection,
           absl::Span<const IndexedValue> parameters,
           absl::Span<const IndexedValue> weights);

/// Reading back what was created.
double WeightOf(ConnectionHandle connection, int slot);
double DelayOf(ConnectionHandle connection);
double ParameterOf(PointProcessHandle point_process, int index);
/// Section and centre of the segment that a point process lies in.
std::pair<SectionHandle, double> PlaceOf(PointProcessHandle point_process);

}  // namespace miv::simulate::neuron
