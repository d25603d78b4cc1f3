#include "worker/build/synapses/section_curve.h"

#include <cmath>

namespace miv::build {
namespace {

bool SameSign(double a, double b) {
  return (a > 0 && b > 0) || (a < 0 && b < 0);
}

// Slope at an end from the widths and slopes of the two pieces next to it.
double EndSlope(double h0, double h1, double m0, double m1) {
  const double slope = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1);
  if (!SameSign(slope, m0)) return 0;
  if (!SameSign(m0, m1) && std::fabs(slope) > 3 * std::fabs(m0)) return 3 * m0;
  return slope;
}

// h, m: [pieces] widths and secant slopes.  Returns [pieces + 1].
std::vector<double> Slopes(const std::vector<double>& h,
                           const std::vector<double>& m) {
  const std::size_t pieces = h.size();
  std::vector<double> d(pieces + 1, m[0]);
  if (pieces == 1) return d;
  d.front() = EndSlope(h[0], h[1], m[0], m[1]);
  d.back() =
      EndSlope(h[pieces - 1], h[pieces - 2], m[pieces - 1], m[pieces - 2]);
  for (std::size_t k = 1; k < pieces; ++k) {
    d[k] = 0;
    if (!SameSign(m[k - 1], m[k])) continue;
    const double w1 = 2 * h[k] + h[k - 1], w2 = h[k] + 2 * h[k - 1];
    d[k] = (w1 + w2) / (w1 / m[k - 1] + w2 / m[k]);
  }
  return d;
}

}  // namespace

SectionCurve::SectionCurve(const SectionGeometry& section) {
  std::vector<std::size_t> knots = {0};
  for (std::size_t i = 1; i < section.arc.size(); ++i)
    if (section.arc[i] > section.arc[knots.back()]) knots.push_back(i);
  const std::size_t pieces = knots.size() - 1;
  const std::vector<float>* axes[] = {&section.x, &section.y, &section.z};
  pieces_.resize(pieces > 0 ? pieces : 1);
  std::vector<double> h(pieces), m(pieces);
  for (int axis = 0; axis < 3; ++axis) {
    const std::vector<float>& value = *axes[axis];
    pieces_[0].c[axis] = {value[0], 0, 0, 0};  // a section of one point
    if (pieces == 0) continue;
    for (std::size_t k = 0; k < pieces; ++k) {
      h[k] = section.arc[knots[k + 1]] - section.arc[knots[k]];
      m[k] =
          (static_cast<double>(value[knots[k + 1]]) - value[knots[k]]) / h[k];
    }
    const std::vector<double> d = Slopes(h, m);
    for (std::size_t k = 0; k < pieces; ++k) {
      pieces_[k].begin = section.arc[knots[k]];
      pieces_[k].c[axis] = {value[knots[k]], d[k],
                            (3 * m[k] - 2 * d[k] - d[k + 1]) / h[k],
                            (d[k] + d[k + 1] - 2 * m[k]) / (h[k] * h[k])};
    }
  }
}

double SectionCurve::DistanceFromOrigin(double t, std::size_t& hint) const {
  while (hint > 0 && t < pieces_[hint].begin) --hint;
  while (hint + 1 < pieces_.size() && t >= pieces_[hint + 1].begin) ++hint;
  const Piece& piece = pieces_[hint];
  const double s = t - piece.begin;
  double squared = 0;
  for (const auto& c : piece.c) {
    const double value = c[0] + s * (c[1] + s * (c[2] + s * c[3]));
    squared += value * value;
  }
  return std::sqrt(squared);
}

}  // namespace miv::build
