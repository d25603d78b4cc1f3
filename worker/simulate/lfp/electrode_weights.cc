#include "worker/simulate/lfp/electrode_weights.h"

#include <algorithm>
#include <cmath>

namespace miv::simulate {
namespace {

constexpr double kSmallestRadius = 1e-3;  // um

Point Difference(const Point& a, const Point& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

double Dot(const Point& a, const Point& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

}  // namespace

double LineSourceWeight(const LineSource& source, const Point& position,
                        double rho) {
  const Point axis = Difference(source.b, source.a);
  const Point away = Difference(position, source.b);
  const double length = std::sqrt(Dot(axis, axis));
  const double distance2 = Dot(away, away);
  const double radius = std::max(source.diam / 2, kSmallestRadius);
  const double scale = 1e-2 * rho / (4 * M_PI);
  if (length == 0) {
    return scale / std::sqrt(std::max(distance2, radius * radius));
  }
  const double h = Dot(away, axis) / length;
  const double s = h + length;
  const double r = std::sqrt(std::max(distance2 - h * h, radius * radius));
  return scale / length * std::abs(std::asinh(s / r) - std::asinh(h / r));
}

Point PointAt(absl::Span<const PathPoint> path, double s) {
  const auto after = std::upper_bound(
      path.begin(), path.end(), s,
      [](double value, const PathPoint& p) { return value < p.arc; });
  if (after == path.begin()) return path.front().position;
  if (after == path.end()) return path.back().position;
  const PathPoint& p = *(after - 1);
  const PathPoint& q = *after;
  const double f = (s - p.arc) / (q.arc - p.arc);
  Point position;
  for (int i = 0; i < 3; ++i) {
    position[i] = p.position[i] + f * (q.position[i] - p.position[i]);
  }
  return position;
}

std::vector<LineSource> SegmentSources(absl::Span<const PathPoint> path,
                                       absl::Span<const double> diams) {
  const double length = path.back().arc;
  const auto n = static_cast<double>(diams.size());
  std::vector<LineSource> sources(diams.size());
  for (std::size_t k = 0; k < diams.size(); ++k) {
    const auto i = static_cast<double>(k);
    sources[k].a = PointAt(path, i / n * length);
    sources[k].b = PointAt(path, (i + 1) / n * length);
    sources[k].diam = diams[k];
  }
  return sources;
}

}  // namespace miv::simulate
