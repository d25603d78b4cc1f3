#include "common/verify/nearest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace miv::verify {
namespace {

using Place = std::array<int, 3>;
constexpr int kMaxPlaces = 512;  // along an axis

// Points in cubes of one size.
class Grid {
 public:
  explicit Grid(absl::Span<const std::array<float, 3>> points)
      : points_(points) {
    std::array<float, 3> high = points[0];
    low_ = points[0];
    for (const auto& p : points)
      for (int a = 0; a < 3; ++a) {
        low_[a] = std::min(low_[a], p[a]);
        high[a] = std::max(high[a], p[a]);
      }
    double volume = 1, longest = 0;
    for (int a = 0; a < 3; ++a) {
      volume *= std::max(high[a] - low_[a], 1e-3f);
      longest = std::max<double>(longest, high[a] - low_[a]);
    }
    size_ = std::max({std::cbrt(volume / static_cast<double>(points.size())),
                      longest / kMaxPlaces, 1e-6});
    for (int a = 0; a < 3; ++a)
      places_[a] = static_cast<int>((high[a] - low_[a]) / size_) + 1;
    Fill();
  }

  double Nearest(std::size_t point) const {
    double best = std::numeric_limits<double>::infinity();
    const Place at = PlaceOf(points_[point]);
    const int rings = *std::max_element(places_.begin(), places_.end());
    // What is beyond ring r is at least r cubes away.
    for (int r = 0; r <= rings && best > (r - 1) * size_; ++r)
      SearchRing(point, at, r, best);
    return best;
  }

 private:
  Place PlaceOf(const std::array<float, 3>& p) const {
    Place place;
    for (int a = 0; a < 3; ++a)
      place[a] = std::clamp(static_cast<int>((p[a] - low_[a]) / size_), 0,
                            places_[a] - 1);
    return place;
  }
  std::size_t Key(const Place& p) const {
    return (static_cast<std::size_t>(p[0]) * places_[1] + p[1]) * places_[2] +
           p[2];
  }

  void Fill() {
    first_.assign(
        static_cast<std::size_t>(places_[0]) * places_[1] * places_[2] + 1, 0);
    for (const auto& p : points_) ++first_[Key(PlaceOf(p)) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    members_.resize(points_.size());
    for (std::size_t i = 0; i < points_.size(); ++i)
      members_[next[Key(PlaceOf(points_[i]))]++] = i;
  }

  void SearchRing(std::size_t point, const Place& at, int r,
                  double& best) const {
    Place p;
    for (p[0] = std::max(at[0] - r, 0);
         p[0] <= std::min(at[0] + r, places_[0] - 1); ++p[0])
      for (p[1] = std::max(at[1] - r, 0);
           p[1] <= std::min(at[1] + r, places_[1] - 1); ++p[1]) {
        const bool inner =
            std::abs(p[0] - at[0]) < r && std::abs(p[1] - at[1]) < r;
        for (p[2] = at[2] - r; p[2] <= at[2] + r; p[2] += inner ? 2 * r : 1)
          if (p[2] >= 0 && p[2] < places_[2]) SearchPlace(point, p, best);
      }
  }

  void SearchPlace(std::size_t point, const Place& place, double& best) const {
    const std::size_t key = Key(place);
    for (std::size_t m = first_[key]; m < first_[key + 1]; ++m) {
      if (members_[m] == point) continue;
      double square = 0;
      for (int a = 0; a < 3; ++a) {
        const double d = static_cast<double>(points_[members_[m]][a]) -
                         static_cast<double>(points_[point][a]);
        square += d * d;
      }
      best = std::min(best, std::sqrt(square));
    }
  }

  absl::Span<const std::array<float, 3>> points_;
  std::array<float, 3> low_{};
  double size_ = 1;
  Place places_{};
  std::vector<std::size_t> first_, members_;
};

}  // namespace

std::vector<double> NearestDistances(
    absl::Span<const std::array<float, 3>> points) {
  std::vector<double> distances;
  if (points.empty()) return distances;
  const Grid grid(points);
  distances.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i)
    distances.push_back(grid.Nearest(i));
  return distances;
}

PoissonNeighbour PoissonNearest(double density) {
  const double scale = std::cbrt(3 / (4 * std::numbers::pi * density));
  const double mean = std::tgamma(4.0 / 3), square = std::tgamma(5.0 / 3);
  return {scale * mean, scale * std::sqrt(square - mean * mean)};
}

}  // namespace miv::verify
