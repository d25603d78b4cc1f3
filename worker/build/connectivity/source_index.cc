#include "worker/build/connectivity/source_index.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::build {
namespace {

// Columns along one axis: half a reach wide, but not more than this many.
constexpr double kMaxColumns = 512;

absl::Status CheckFinite(const SourcePopulation& population) {
  if (population.u.size() != population.v.size())
    return absl::InvalidArgumentError(absl::StrCat(
        "distances of ", population.name, ": ", population.u.size(),
        " along U, ", population.v.size(), " along V"));
  for (std::size_t i = 0; i < population.u.size(); ++i)
    if (!std::isfinite(population.u[i]) || !std::isfinite(population.v[i]))
      return absl::InvalidArgumentError(
          absl::StrCat("the distance of gid ", population.start + i, " (",
                       population.name, ") is not finite"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SourceIndex> SourceIndex::Create(SourcePopulation population,
                                                double reach_u,
                                                double reach_v) {
  MIV_RETURN_IF_ERROR(CheckFinite(population));
  SourceIndex index;
  index.population_ = std::move(population);
  const std::vector<float>* axes[] = {&index.population_.u,
                                      &index.population_.v};
  const double reach[] = {reach_u, reach_v};
  const std::size_t n = index.population_.u.size();
  for (int a = 0; a < 2 && n > 0; ++a) {
    const auto [low, high] =
        std::minmax_element(axes[a]->begin(), axes[a]->end());
    index.low_[a] = *low;
    const double extent = static_cast<double>(*high) - *low;
    index.edge_[a] = std::max({reach[a] / 2, extent / kMaxColumns, 1e-6});
    index.columns_[a] = static_cast<int>(extent / index.edge_[a]) + 1;
  }
  std::vector<std::uint32_t> cell(n);
  index.begin_.assign(
      static_cast<std::size_t>(index.columns_[0]) * index.columns_[1] + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    cell[i] = static_cast<std::uint32_t>(index.Column(0, (*axes[0])[i]) *
                                             index.columns_[1] +
                                         index.Column(1, (*axes[1])[i]));
    ++index.begin_[cell[i] + 1];
  }
  std::partial_sum(index.begin_.begin(), index.begin_.end(),
                   index.begin_.begin());
  std::vector<std::uint32_t> next(index.begin_.begin(), index.begin_.end() - 1);
  index.order_.resize(n);
  for (std::size_t i = 0; i < n; ++i)
    index.order_[next[cell[i]]++] = static_cast<std::uint32_t>(i);
  return index;
}

int SourceIndex::Column(int axis, double x) const {
  const double column = std::floor((x - low_[axis]) / edge_[axis]);
  return static_cast<int>(
      std::clamp(column, 0.0, static_cast<double>(columns_[axis] - 1)));
}

template <typename Visit>
void SourceIndex::Scan(double u, double v, const DistanceKernel& kernel,
                       Visit visit) const {
  const int u_last = Column(0, u + kernel.reach(0));
  const int v_first = Column(1, v - kernel.reach(1));
  const int v_last = Column(1, v + kernel.reach(1));
  for (int c = Column(0, u - kernel.reach(0)); c <= u_last; ++c) {
    const int row = c * columns_[1];
    const std::uint32_t end =
        begin_[static_cast<std::size_t>(row + v_last + 1)];
    for (std::uint32_t i = begin_[static_cast<std::size_t>(row + v_first)];
         i < end; ++i)
      if (!visit(order_[i])) return;
  }
}

double SourceIndex::WeightOf(std::uint32_t i, double u, double v,
                             const DistanceKernel& kernel) const {
  return kernel.Weight(population_.u[i] - u, population_.v[i] - v);
}

void SourceIndex::Find(double u, double v, const DistanceKernel& kernel,
                       std::uint32_t self, Candidates& out) const {
  out.index.clear();
  Scan(u, v, kernel, [&](std::uint32_t i) {
    if (i != self && WeightOf(i, u, v, kernel) > 0) out.index.push_back(i);
    return true;
  });
  std::sort(out.index.begin(), out.index.end());
  out.weight.clear();
  for (const std::uint32_t i : out.index)
    out.weight.push_back(WeightOf(i, u, v, kernel));
}

bool SourceIndex::Any(double u, double v, const DistanceKernel& kernel,
                      std::uint32_t self) const {
  bool found = false;
  Scan(u, v, kernel, [&](std::uint32_t i) {
    found = i != self && WeightOf(i, u, v, kernel) > 0;
    return !found;
  });
  return found;
}

}  // namespace miv::build
