#include "common/verify/category_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/verify/statistics.h"
#include "common/verify/tally.h"

namespace miv::verify {
namespace {

// A cell's own z is near normal from this binomial variance on.
constexpr double kLeastCellVariance = 10;
// Fewer synapses say nothing about places.
constexpr double kLeastSynapses = 200;

}  // namespace

std::string CategoryText(const std::string& population,
                         const Category& category) {
  return absl::StrCat(population, " ", SectionClassName(category.section), " ",
                      SynapseTypeName(category.type), " layer ",
                      category.layer);
}

DensityStatistics::DensityStatistics(std::string population,
                                     const SynapseExpectations& expected)
    : population_(std::move(population)), expected_(expected) {}

void DensityStatistics::Take(const CellSynapses& cell, const CellShape& shape,
                             std::uint64_t shape_key) {
  if (!any_ || last_key_ != shape_key) {
    of_last_ = shape.Expect(expected_);
    last_key_ = shape_key;
    any_ = true;
    for (const ShapeSection& section : shape.sections()) {
      double& longest = longest_[section.swc_type];
      longest = std::max(longest, section.length_um);
    }
  }
  ++cells_;
  for (const CategoryExpectation& e : of_last_) {
    Sums& sums = sums_[{e.section, e.type, e.layer}];
    sums.low += e.low;
    sums.high += e.high;
    sums.variance += e.variance;
  }
  Category category;
  Sums* sums = nullptr;
  for (std::size_t i = 0; i < cell.count; ++i) {
    const Category own{cell.swc_type(i), cell.type(i), cell.layer(i)};
    if (sums == nullptr || own != category) sums = &sums_[category = own];
    sums->observed += 1;
    const std::int64_t section = cell.section(i);
    if (section < 0 ||
        section >= static_cast<std::int64_t>(shape.sections().size()) ||
        shape.sections()[section].mixed)
      continue;
    const double bin =
        std::clamp(cell.loc(i) * kLocBins, 0.0f, kLocBins - 1.0f);
    sums->places[static_cast<std::size_t>(bin)] += 1;
  }
}

void DensityStatistics::AddCount(const Work& work, const Category& category,
                                 const Sums& sums) const {
  const double n = static_cast<double>(cells_);
  Check check = Compare(
      "synapse_count", CategoryText(population_, category),
      sums.low < sums.high
          ? absl::StrFormat("%.1f to %.1f a cell", sums.low / n, sums.high / n)
          : absl::StrFormat("%.1f a cell", sums.low / n),
      absl::StrFormat("%.1f a cell", sums.observed / n), true);
  const double expected = std::clamp(sums.observed, sums.low, sums.high);
  if (!(sums.high > 0)) {
    check.difference = sums.observed;
    if (sums.observed > 0) check.verdict = Verdict::kFail;
    check.reason = "the config gives no synapses here";
  } else if (expected > 0) {
    check.z = CountZ(sums.observed, {expected, std::max(sums.variance, 1e-9)});
    check.p = TwoSidedP(*check.z);
  }
  work.Add(std::move(check));
}

// Per-segment densities make counts of stretches vary by up to
// 1 + (v+ / m+) l, l the longest segment, times the Poisson variance.
void DensityStatistics::AddSpread(const Work& work, const Category& category,
                                  const Sums& sums) const {
  const double total =
      std::accumulate(sums.places.begin(), sums.places.end(), 0.0);
  if (total < kLeastSynapses) return;
  double inflation = 1;
  for (const DensityRule& rule : expected_.rules) {
    if (rule.section != category.section || rule.type != category.type)
      continue;
    const LayerDensity* density = rule.In(category.layer);
    if (density == nullptr) return;
    const Moments m = PositiveNormal(density->mean, density->sd);
    if (m.mean > 0)
      inflation += m.variance / m.mean * longest_.at(category.section);
  }
  const std::vector<double> expected(kLocBins, total / kLocBins);
  const ChiSquare test = PearsonChiSquare(expected, sums.places, 1);
  Check check =
      Compare("synapse_spread", CategoryText(population_, category),
              absl::StrFormat("chi-square about %.0f", test.degrees),
              absl::StrFormat("%.1f", test.statistic / inflation), true);
  check.p = ChiSquareP(test.statistic / inflation, test.degrees);
  work.Add(std::move(check));
}

void DensityStatistics::Report(const Work& work) const {
  using Process = SynapseExpectations::Process;
  if (expected_.process == Process::kOriginal) {
    for (const char* name : {"synapse_count", "synapse_spread"})
      work.Add(Skipped(name, population_,
                       "with point_process original both depend on the number "
                       "of segments, which the file does not have"));
    return;
  }
  for (const auto& [category, sums] : sums_) AddCount(work, category, sums);
  for (const auto& [category, sums] : sums_)
    if (expected_.process == Process::kHomogeneous)
      AddSpread(work, category, sums);
}

ShareStatistics::ShareStatistics(std::string population,
                                 std::vector<std::string> sources,
                                 const ConnectionExpectations& expected)
    : population_(std::move(population)),
      sources_(std::move(sources)),
      expected_(expected) {}

const std::vector<double>& ShareStatistics::SharesOf(const Category& category) {
  const auto [it, fresh] = shares_.try_emplace(category);
  if (!fresh) return it->second;
  std::vector<double>& shares = it->second;
  double total = 0;
  for (const std::string& source : sources_) {
    const auto projection = expected_.sources.find(source);
    double share = 0;
    if (projection != expected_.sources.end() &&
        projection->second.type == category.type) {
      const auto& table = projection->second.proportions;
      const auto found = table.find({category.section, category.layer});
      if (found != table.end()) share = found->second;
    }
    shares.push_back(share);
    total += share;
  }
  // A single candidate takes all, whatever its proportion.
  if (total > 0)
    for (double& share : shares) share /= total;
  return shares;
}

double ShareStatistics::Share(const Category& category, std::size_t source) {
  return SharesOf(category)[source];
}

void ShareStatistics::Begin() {
  for (auto& [category, counts] : cell_)
    std::fill(counts.begin(), counts.end(), 0);
}

void ShareStatistics::Synapse(const Category& category, int source) {
  std::vector<double>& counts = cell_[category];
  counts.resize(sources_.size() + 1, 0);
  counts[source < 0 ? sources_.size() : static_cast<std::size_t>(source)] += 1;
}

void ShareStatistics::End() {
  for (const auto& [category, counts] : cell_) {
    const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
    // Without all edges it is not known how the synapses were dealt.
    if (n == 0 || counts.back() > 0) continue;
    const std::vector<double>& shares = SharesOf(category);
    std::vector<Sums>& sums = sums_[category];
    sums.resize(sources_.size());
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      const double p = shares[s], variance = n * p * (1 - p);
      if (!(variance > 0)) continue;
      sums[s].hits += counts[s];
      sums[s].trials += n;
      if (variance < kLeastCellVariance) continue;
      sums[s].cells += 1;
      sums[s].squares += (counts[s] - n * p) * (counts[s] - n * p) / variance;
    }
  }
}

void ShareStatistics::Report(const Work& work) const {
  for (const auto& [category, sums] : sums_)
    for (std::size_t s = 0; s < sums.size(); ++s) {
      if (sums[s].trials == 0) continue;
      const double p = shares_.at(category)[s];
      const std::string subject =
          absl::StrCat(sources_[s], "->", CategoryText(population_, category));
      Check pooled =
          Compare("projection_share", subject, absl::StrFormat("%.4f", p),
                  absl::StrFormat("%.4f", sums[s].hits / sums[s].trials), true);
      pooled.z = ShareZ(sums[s].hits, sums[s].trials, p);
      pooled.p = TwoSidedP(*pooled.z);
      work.Add(std::move(pooled));
      if (sums[s].cells == 0) continue;
      Check by_cell =
          Compare("projection_share_by_cell", subject,
                  absl::StrFormat("chi-square about %.0f", sums[s].cells),
                  absl::StrFormat("%.1f", sums[s].squares), true);
      by_cell.p = ChiSquareP(sums[s].squares, sums[s].cells);
      work.Add(std::move(by_cell));
    }
}

}  // namespace miv::verify
