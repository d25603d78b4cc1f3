#include "server/estimates/calibration.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace miv::server {
namespace {

/// Runs that a correction is taken from.
constexpr std::size_t kMostRuns = 5;

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

// The numbers of a list, or of one number.
std::vector<double> Numbers(const nlohmann::json& report, const char* name) {
  std::vector<double> numbers;
  const auto found = report.find(name);
  if (found == report.end() || !found->is_array()) return numbers;
  for (const auto& value : *found) {
    const double number = value.is_number() ? value.get<double>() : 0;
    if (std::isfinite(number) && number > 0) numbers.push_back(number);
  }
  return numbers;
}

// Those of the same step if there are any.
std::vector<const PastRun*> Relevant(absl::Span<const PastRun> past) {
  std::vector<const PastRun*> own, all;
  for (const PastRun& run : past) {
    all.push_back(&run);
    if (run.same_step) own.push_back(&run);
  }
  return own.empty() ? all : own;
}

std::string Basis(std::size_t runs, bool same_step) {
  return absl::StrCat("from ", runs, runs == 1 ? " run" : " runs",
                      same_step ? " of this step" : " of this kind");
}

/// One of Cost's members.
using Part = double Cost::*;

// Median of measured / predicted; 1 if nothing was measured.
double Correction(const std::vector<std::pair<Cost, Cost>>& pairs, Part part) {
  std::vector<double> ratios;
  for (const auto& [measured, predicted] : pairs) {
    if (measured.*part > 0 && predicted.*part > 0) {
      ratios.push_back(measured.*part / (predicted.*part));
    }
  }
  return ratios.empty() ? 1 : MedianOf(std::move(ratios));
}

Estimate WithoutLaw(const std::vector<const PastRun*>& runs) {
  std::vector<double> seconds, bytes;
  for (const PastRun* run : runs) {
    if (!run->same_step) continue;
    seconds.push_back(run->cost.seconds);
    bytes.push_back(run->cost.memory_bytes);
  }
  if (seconds.empty()) return {};
  const std::size_t count = seconds.size();
  return {{MedianOf(std::move(seconds)), MedianOf(std::move(bytes))},
          Basis(count, true)};
}

}  // namespace

std::optional<PastRun> PastRunOf(const nlohmann::json& report) {
  if (!report.is_object()) return std::nullopt;
  const std::vector<double> cpu = Numbers(report, "cpu_s");
  if (cpu.empty()) return std::nullopt;
  PastRun run;
  run.amounts = AmountsOfReport(report);
  run.ranks = static_cast<int>(report["cpu_s"].size());
  run.cost.seconds = *std::max_element(cpu.begin(), cpu.end());
  for (const double bytes : Numbers(report, "peak_rss_bytes")) {
    run.cost.memory_bytes += bytes;
  }
  return run;
}

Estimate EstimateCost(absl::string_view kind,
                      const std::optional<Amounts>& amounts, int ranks,
                      absl::Span<const PastRun> past) {
  const std::vector<const PastRun*> runs = Relevant(past);
  const std::optional<Cost> typical =
      amounts.has_value() ? TypicalCost(kind, *amounts, ranks) : std::nullopt;
  if (!typical.has_value()) return WithoutLaw(runs);
  std::vector<std::pair<Cost, Cost>> pairs;  // measured, predicted
  for (const PastRun* run : runs) {
    const auto predicted = TypicalCost(kind, run->amounts, run->ranks);
    if (predicted.has_value()) pairs.emplace_back(run->cost, *predicted);
  }
  const auto distance = [&](const std::pair<Cost, Cost>& pair) {
    return std::abs(std::log(pair.second.seconds / typical->seconds));
  };
  std::stable_sort(
      pairs.begin(), pairs.end(),
      [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  if (pairs.size() > kMostRuns) pairs.resize(kMostRuns);
  Estimate estimate{*typical, "typical"};
  if (pairs.empty()) return estimate;
  estimate.cost.seconds *= Correction(pairs, &Cost::seconds);
  estimate.cost.memory_bytes *= Correction(pairs, &Cost::memory_bytes);
  estimate.basis = Basis(pairs.size(), runs.front()->same_step);
  return estimate;
}

}  // namespace miv::server
