#include "common/verify/source_statistics.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "common/verify/tally.h"

namespace miv::verify {
namespace {

constexpr std::size_t kFineBins = 200;
// Of merged bins: at most so many, with at least so many choices each.
constexpr double kMergedBins = 20;
constexpr double kLeastChoices = 10;
// Fewer choices say nothing.
constexpr double kLeastEdges = 100;
// Pairs of a destination and a source that are evaluated for one projection.
constexpr double kPairs = 2e7;

}  // namespace

SourceStatistics::SourceStatistics(const ProjectionExpectations& projection,
                                   const ArcTable& sources,
                                   std::int64_t excluded_start)
    : projection_(projection),
      sources_(sources),
      excluded_start_(excluded_start),
      scale_(std::max(1.0, std::ceil(projection.contacts))),
      edges_by_kernel_(projection.kernels.size(), 0),
      expected_(kFineBins, 0),
      observed_(kFineBins, 0) {
  for (const Kernel& kernel : projection.kernels)
    longest_ = std::max(longest_, kernel.reach(0) + kernel.reach(1));
}

std::uint64_t SourceStatistics::StrideFor(std::uint64_t destinations,
                                          std::uint64_t sources) {
  const double pairs = static_cast<double>(destinations) *
                       static_cast<double>(std::max<std::uint64_t>(sources, 1));
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(pairs / kPairs)));
}

bool SourceStatistics::Excluded(std::uint32_t gid, std::size_t source) const {
  return excluded_start_ >= 0 &&
         gid == static_cast<std::uint64_t>(excluded_start_) + source;
}

std::size_t SourceStatistics::BinOf(double distance) const {
  return std::min(kFineBins - 1,
                  static_cast<std::size_t>(distance / longest_ * kFineBins));
}

void SourceStatistics::Begin(std::uint32_t gid, double u, double v) {
  gid_ = gid;
  u_ = u;
  v_ = v;
  std::fill(edges_by_kernel_.begin(), edges_by_kernel_.end(), 0);
}

void SourceStatistics::Edge(int kernel, double du, double dv) {
  if (kernel < 0) return;
  edges_by_kernel_[static_cast<std::size_t>(kernel)] += 1;
  observed_[BinOf(std::fabs(du) + std::fabs(dv))] += 1;
  axis_[0].observed += std::fabs(du);
  axis_[1].observed += std::fabs(dv);
  edges_ += 1;
}

void SourceStatistics::End() {
  for (std::size_t k = 0; k < edges_by_kernel_.size(); ++k)
    if (edges_by_kernel_[k] > 0)
      Expect(static_cast<int>(k), edges_by_kernel_[k]);
}

// Adds what `edges` choices with this kernel give on average.
void SourceStatistics::Expect(int kernel, double edges) {
  const Kernel& w = projection_.kernels[static_cast<std::size_t>(kernel)];
  weights_.resize(sources_.u.size());
  double total = 0;
  for (std::size_t j = 0; j < weights_.size(); ++j) {
    weights_[j] = Excluded(gid_, j)
                      ? 0
                      : w.Weight(sources_.u[j] - u_, sources_.v[j] - v_);
    total += weights_[j];
  }
  if (!(total > 0)) return;
  double mean[2] = {0, 0}, square[2] = {0, 0};
  for (std::size_t j = 0; j < weights_.size(); ++j) {
    if (!(weights_[j] > 0)) continue;
    const double p = weights_[j] / total;
    const double d[2] = {std::fabs(sources_.u[j] - u_),
                         std::fabs(sources_.v[j] - v_)};
    expected_[BinOf(d[0] + d[1])] += edges * p;
    for (int a = 0; a < 2; ++a) {
      mean[a] += p * d[a];
      square[a] += p * d[a] * d[a];
    }
  }
  for (int a = 0; a < 2; ++a) {
    axis_[a].expected.mean += edges * mean[a];
    axis_[a].expected.variance +=
        edges * scale_ * std::max(square[a] - mean[a] * mean[a], 0.0);
  }
}

bool SourceStatistics::AnyCandidate(std::uint32_t gid, double u, double v,
                                    int kernel) const {
  if (kernel < 0) return false;
  const Kernel& w = projection_.kernels[static_cast<std::size_t>(kernel)];
  for (std::size_t j = 0; j < sources_.u.size(); ++j)
    if (!Excluded(gid, j) && w.Weight(sources_.u[j] - u, sources_.v[j] - v) > 0)
      return true;
  return false;
}

Check SourceStatistics::MeanCheck(const std::string& subject, int axis) const {
  const Sums& sums = axis_[axis];
  Check check =
      Compare(axis == 0 ? "source_mean_u" : "source_mean_v", subject,
              absl::StrFormat("%.3f um", sums.expected.mean / edges_),
              absl::StrFormat("%.3f um", sums.observed / edges_), true);
  // Float32 positions: no difference below this is meant.
  if (sums.expected.variance > 1e-6 * edges_) {
    check.z = (sums.observed - sums.expected.mean) /
              std::sqrt(sums.expected.variance);
    check.p = TwoSidedP(*check.z);
  }
  return check;
}

void SourceStatistics::AddChecks(const std::string& subject,
                                 std::vector<Check>& to) const {
  if (edges_ < kLeastEdges * scale_) {
    const std::string reason =
        absl::StrFormat("%.0f edges are too few", edges_);
    for (const char* name :
         {"source_distance", "source_mean_u", "source_mean_v"})
      to.push_back(Skipped(name, subject, reason));
    return;
  }
  const ChiSquare test =
      PearsonChiSquare(expected_, observed_,
                       std::max(edges_ / kMergedBins, kLeastChoices * scale_));
  if (test.degrees < 1) {
    to.push_back(Skipped("source_distance", subject, "one distance only"));
  } else {
    Check check =
        Compare("source_distance", subject,
                absl::StrFormat("chi-square about %.0f", test.degrees),
                absl::StrFormat("%.1f", test.statistic / scale_), true);
    check.p = ChiSquareP(test.statistic / scale_, test.degrees);
    to.push_back(std::move(check));
  }
  for (int axis = 0; axis < 2; ++axis) to.push_back(MeanCheck(subject, axis));
}

}  // namespace miv::verify
