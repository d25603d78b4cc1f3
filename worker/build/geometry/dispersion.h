#pragma once

// Spreads points evenly in boxes by letting them repel each other.

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "worker/build/geometry/box.h"

namespace miv::build {

/// Points, each confined to one of `boxes`.
struct Nodes {
  std::vector<Point3> position;       ///< [n], inside its box
  std::vector<std::uint32_t> box_of;  ///< [n] index into boxes
  std::vector<Box> boxes;

  std::size_t size() const { return position.size(); }
};

/// Computes rows [first, last) of the next positions.
using BlockUpdate =
    absl::FunctionRef<void(std::size_t first, std::size_t last)>;

/// Runs `update` over disjoint blocks that cover all rows of `next` and makes
/// every row visible to the caller, so that ranks or threads can share the
/// work. An error ends the dispersion.  The result must not depend on the
/// blocks, which Disperse ensures: rows depend on the previous positions only.
using BlockRunner =
    std::function<absl::Status(std::vector<Point3>& next, BlockUpdate update)>;

/// One block: everything in this process.
absl::Status RunInOneBlock(std::vector<Point3>& next, BlockUpdate update);

/// Moves all points `iterations` times, all at once (Jacobi).  A point is
/// repelled by k = 4 charges with forces (x - x_j) / |x - x_j|^3 and moves by
/// delta * (distance of the nearest neighbour) along the sum.  The charges are
/// the nearest of its 4 nearest neighbours (equal distances in order of the
/// index) and its own mirror images in the faces of its box: without the images
/// nothing pushes inwards and points gather at the faces.  What crosses a face
/// is mirrored back; if it still lies outside, the point stays.  Coincident
/// points do not move each other, and no point moves along a flat axis.
/// Source: MiV-Simulator's RBF package, pde/nodes.py, disperse; the mirror
/// images are new.
///
/// Errors: those of `run`.
absl::Status Disperse(Nodes& nodes, int iterations, double delta,
                      const BlockRunner& run);

/// Moves every point that is closer to a face of its box than
/// snap_delta * (distance of its nearest neighbour) onto that face (the nearest
/// one).  Axes along which the box is flat are left alone.
absl::Status SnapToFaces(Nodes& nodes, double snap_delta,
                         const BlockRunner& run);

}  // namespace miv::build
