#include "worker/simulate/lfp/legacy_lfp.h"

#include <algorithm>
#include <cmath>

#include "common/base/fault.h"

namespace miv::simulate {
namespace {

double Distance(const Point& a, const Point& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

double AreaAt(const ReferenceAreas& areas, double x) {
  const auto n = static_cast<double>(areas.size());
  return areas[std::min(areas.size() - 1, static_cast<std::size_t>(x * n))];
}

/// k_j of all segments of a section.
std::vector<double> Coefficients(const LegacySection& section,
                                 const ReferenceAreas& reference,
                                 const Point& position, double rho) {
  const std::size_t count = section.areas.size();
  const auto n = static_cast<double>(count);
  const double l = section.length / n;
  const Point start = PointAt(section.path, 0);
  std::vector<double> coefficients(count);
  for (std::size_t j = 0; j < count; ++j) {
    const auto i = static_cast<double>(j);
    const Point at = j == 0
                         ? start
                         : PointAt(section.path, (2 * i - 1) / (2 * n) *
                                                     section.path.back().arc);
    const double r = Distance(position, at);
    const double a = Distance(at, start);
    const double b = l - a;
    coefficients[j] = 1e-4 * AreaAt(reference, (i + 0.5) / n) *
                      (rho / (4 * M_PI * l)) *
                      std::abs(std::log((std::sqrt(a * a + r * r) - a) /
                                        (std::sqrt(b * b + r * r) - b)));
  }
  return coefficients;
}

}  // namespace

absl::StatusOr<std::vector<std::vector<double>>> LegacyWeights(
    absl::Span<const LegacySection> sections, const ReferenceAreas& reference,
    const Point& position, double rho) {
  std::vector<double> shared;
  for (const LegacySection& section : sections) {
    const auto own = Coefficients(section, reference, position, rho);
    shared.resize(std::max(shared.size(), own.size()));
    std::copy(own.begin(), own.end(), shared.begin());
  }
  for (const double k : shared) {
    if (std::isfinite(k)) continue;
    Fault fault;
    fault.reason = "ELECTRODE_ON_CELL";
    fault.what = "the legacy formula has no value where the electrode is";
    fault.remedy =
        "Move the electrode off the cell's points, or use "
        "mode: exact.";
    return InvalidInput(fault);
  }
  std::vector<std::vector<double>> weights;
  for (const LegacySection& section : sections) {
    std::vector<double>& own = weights.emplace_back();
    for (std::size_t j = 0; j < section.areas.size(); ++j) {
      own.push_back(shared[j] / (1e-2 * section.areas[j]));
    }
  }
  return weights;
}

std::vector<std::uint32_t> SetOrder(std::vector<std::uint32_t> gids) {
  // CPython 3.11, Objects/setobject.c: a table of 8 grows to the power of two
  // above four times the entries (twice beyond 50,000) when 3/5 of it are used.
  std::uint64_t table = 8;
  for (std::uint64_t used = 1; used <= gids.size(); ++used) {
    if (used * 5 < (table - 1) * 3) continue;
    const std::uint64_t least = used > 50000 ? used * 2 : used * 4;
    table = 8;
    while (table <= least) table *= 2;
  }
  std::sort(gids.begin(), gids.end(),
            [table](std::uint32_t a, std::uint32_t b) {
              return (a & (table - 1)) < (b & (table - 1));
            });
  return gids;
}

}  // namespace miv::simulate
