#pragma once

// Where the cell bodies are.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "worker/build/geometry/box.h"
#include "worker/build/geometry/dispersion.h"

namespace miv::build {

/// `count` cells of a population in one layer, or at given points.
struct LayerCells {
  std::string layer;
  std::uint32_t count = 0;
  /// Cells stay between these L coordinates (um), and in the layer.
  struct Band {
    double lo = 0, hi = 0;
  };
  std::optional<Band> band;
  /// [count] positions in space (X, Y, Z), um, if the cells stand at these;
  /// `layer` is only what errors call them.  They lie in any of the layers.
  std::vector<Point3> points;
};

struct PopulationCells {
  std::string name;
  std::vector<LayerCells> layers;
};

struct PlacementOptions {
  int node_iterations = 10;       ///< dispersions of the candidates
  int final_iterations = 20;      ///< dispersions of all chosen cells together
  double dispersion_delta = 0.1;  ///< step, in nearest-neighbour distances
  double snap_delta = 0.01;       ///< see SnapToFaces
  Rotation rotation = RotationMatrix({0, 0, 0});
  /// MiV-Simulator's choice: a subset over all layers of a population, so that
  /// only the population's total is met.
  bool choose_over_all_layers = false;
};

/// Positions of one population, um, sorted by (U, V, L); row i is the
/// population's i-th gid.  All arrays are [cells].
struct SomaPositions {
  std::vector<float> u, v, l;  ///< layer coordinates
  std::vector<float> x, y, z;  ///< rotated into space
};

/// done of total moves of one point; an error ends the placement.
using PlacementProgress =
    absl::FunctionRef<absl::Status(std::uint64_t done, std::uint64_t total)>;

/// Places all populations of a network.  Per population and layer: 2 c
/// candidates of a low-discrepancy sequence (Halton, bases 3, 5, 7, shifted at
/// random), dispersed and snapped to the faces of the layer; c of them chosen
/// at random without replacement; then all cells of all populations are
/// dispersed together, each confined to its layer and band.  Every layer gets
/// exactly the count asked for.  Cells at given points stay there; they only
/// repel the others.  Source: MiV-Simulator,
/// generate_network_architecture.py, with the per-layer counts honoured and the
/// final dispersion confined to the layers.
///
/// The result depends on layers, populations (in any order), options and seed
/// only, not on `run`.  Returns one entry per population, in the order given.
/// Errors: InvalidArgument for a layer without extents, a band that leaves
/// nothing of its layer, a point outside of all layers, more than 2^32 - 1
/// cells or options out of range; those of `run` and `progress`.
absl::StatusOr<std::vector<SomaPositions>> PlaceSomata(
    const LayerTable& layers, absl::Span<const PopulationCells> populations,
    const PlacementOptions& options, std::int64_t seed, const BlockRunner& run,
    PlacementProgress progress);

/// Element `index` (from 0) of the van der Corput sequence of this base:
/// index written in the base, mirrored at the point.  Halton's sequence has one
/// base per axis.
double RadicalInverse(std::uint64_t index, int base);

}  // namespace miv::build
