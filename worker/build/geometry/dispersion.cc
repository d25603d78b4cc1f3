#include "worker/build/geometry/dispersion.h"

#include <array>
#include <cmath>

#include "common/base/status_macros.h"
#include "worker/build/geometry/neighbor_grid.h"

namespace miv::build {
namespace {

// What repels a point.
struct Source {
  double squared_distance;
  Point3 position;
};

// The nearest neighbours and the point's own mirror images, kMaxNeighbors at
// most, nearest first.
class Sources {
 public:
  Sources(absl::Span<const Point3> points, std::size_t i,
          const NeighborGrid::Neighbors& neighbors, const Box& box) {
    for (int n = 0; n < neighbors.count; ++n)
      Add({neighbors.squared_distance[n], points[neighbors.index[n]]});
    for (int a = 0; a < 3; ++a) {
      if (!(box.extent(a) > 0)) continue;
      for (const double face : {box.lo[a], box.hi[a]}) {
        Point3 image = points[i];
        image[a] = 2 * face - image[a];
        const double distance = points[i][a] - image[a];
        Add({distance * distance, image});
      }
    }
  }

  // Sum of (p - q) / |p - q|^3 over the sources q.
  Point3 ForceOn(const Point3& p) const {
    Point3 force{};
    for (int n = 0; n < count_; ++n) {
      const double squared = nearest_[n].squared_distance;
      if (!(squared > 0)) continue;
      const double weight = 1 / (squared * std::sqrt(squared));
      for (int a = 0; a < 3; ++a)
        force[a] += (p[a] - nearest_[n].position[a]) * weight;
    }
    return force;
  }

 private:
  void Add(const Source& source) {
    constexpr int k = NeighborGrid::kMaxNeighbors;
    int at = count_;
    while (at > 0 &&
           source.squared_distance < nearest_[at - 1].squared_distance)
      --at;
    if (at == k) return;
    if (count_ < k) ++count_;
    for (int n = count_ - 1; n > at; --n) nearest_[n] = nearest_[n - 1];
    nearest_[at] = source;
  }

  int count_ = 0;
  std::array<Source, NeighborGrid::kMaxNeighbors> nearest_;
};

Point3 Moved(absl::Span<const Point3> points, std::size_t i,
             const NeighborGrid::Neighbors& neighbors, const Box& box,
             double delta) {
  const Point3& old = points[i];
  if (neighbors.count == 0) return old;
  const Point3 force = Sources(points, i, neighbors, box).ForceOn(old);
  const double strength = std::sqrt(force[0] * force[0] + force[1] * force[1] +
                                    force[2] * force[2]);
  if (!(strength > 0) || !std::isfinite(strength)) return old;
  const double step =
      delta * std::sqrt(neighbors.squared_distance[0]) / strength;
  Point3 moved{};
  for (int a = 0; a < 3; ++a) {
    double x = old[a] + step * force[a];
    if (x > box.hi[a]) x = 2 * box.hi[a] - x;
    if (x < box.lo[a]) x = 2 * box.lo[a] - x;
    moved[a] = box.extent(a) > 0 ? x : old[a];
  }
  return box.Contains(moved) ? moved : old;
}

Point3 Snapped(const Point3& p, const Box& box, double reach) {
  int axis = -1;
  double best = reach, target = 0;
  for (int a = 0; a < 3; ++a) {
    if (!(box.extent(a) > 0)) continue;
    for (const double face : {box.lo[a], box.hi[a]}) {
      const double distance = std::fabs(p[a] - face);
      if (!(distance < best)) continue;
      best = distance;
      axis = a;
      target = face;
    }
  }
  Point3 snapped = p;
  if (axis >= 0) snapped[axis] = target;
  return snapped;
}

}  // namespace

absl::Status RunInOneBlock(std::vector<Point3>& next, BlockUpdate update) {
  update(0, next.size());
  return absl::OkStatus();
}

absl::Status Disperse(Nodes& nodes, int iterations, double delta,
                      const BlockRunner& run) {
  std::vector<Point3> next(nodes.size());
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const NeighborGrid grid(nodes.position);
    const auto update = [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i)
        next[i] = Moved(nodes.position, i, grid.NearestTo(i),
                        nodes.boxes[nodes.box_of[i]], delta);
    };
    MIV_RETURN_IF_ERROR(run(next, update));
    nodes.position.swap(next);
  }
  return absl::OkStatus();
}

absl::Status SnapToFaces(Nodes& nodes, double snap_delta,
                         const BlockRunner& run) {
  std::vector<Point3> next(nodes.size());
  const NeighborGrid grid(nodes.position);
  const auto update = [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const auto nearest = grid.NearestTo(i);
      const double reach =
          nearest.count > 0
              ? snap_delta * std::sqrt(nearest.squared_distance[0])
              : 0;
      next[i] = Snapped(nodes.position[i], nodes.boxes[nodes.box_of[i]], reach);
    }
  };
  MIV_RETURN_IF_ERROR(run(next, update));
  nodes.position.swap(next);
  return absl::OkStatus();
}

}  // namespace miv::build
