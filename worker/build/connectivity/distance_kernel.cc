#include "worker/build/connectivity/distance_kernel.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::build {
namespace {

constexpr double kNegligible = 1e-290;

}  // namespace

absl::StatusOr<DistanceKernel> DistanceKernel::Create(
    const AxonExtent& extent) {
  DistanceKernel kernel;
  for (int axis = 0; axis < 2; ++axis) {
    const double reach = extent.width[axis] / 2;
    const double offset = extent.offset[axis];
    if (!(offset >= 0) || !(offset < reach) || !std::isfinite(reach))
      return absl::InvalidArgumentError(
          absl::StrCat("axon extent along ", axis == 0 ? "U" : "V", ": width ",
                       extent.width[axis], " and offset ", offset,
                       ", expected 0 <= offset < width / 2"));
    kernel.reach_[axis] = reach;
    kernel.offset_[axis] = offset;
    kernel.inverse_sigma_[axis] = 3 / (reach - offset);
  }
  return kernel;
}

double DistanceKernel::Weight(double du, double dv) const {
  if (!(std::fabs(du) < reach_[0] && std::fabs(dv) < reach_[1])) return 0;
  const double u = (std::fabs(du) - offset_[0]) * inverse_sigma_[0];
  const double v = (std::fabs(dv) - offset_[1]) * inverse_sigma_[1];
  const double weight = std::exp(-(u * u + v * v) / 2);
  return weight < kNegligible ? 0 : weight;
}

absl::StatusOr<LayeredKernels> LayeredKernels::Create(
    absl::Span<const Entry> entries) {
  LayeredKernels table;
  for (const Entry& entry : entries) {
    if (std::find(table.layers_.begin(), table.layers_.end(), entry.layer) !=
        table.layers_.end())
      return absl::InvalidArgumentError(
          entry.layer.has_value()
              ? absl::StrCat("axon extents: layer ", *entry.layer,
                             " is given twice")
              : std::string("axon extents: default is given twice"));
    MIV_ASSIGN_OR_RETURN(DistanceKernel kernel,
                         DistanceKernel::Create(entry.extent));
    table.layers_.push_back(entry.layer);
    table.kernels_.push_back(std::move(kernel));
  }
  return table;
}

int LayeredKernels::IndexFor(std::int8_t layer) const {
  int fallback = -1;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (!layers_[i].has_value()) fallback = static_cast<int>(i);
    if (layers_[i] == layer) return static_cast<int>(i);
  }
  return fallback;
}

}  // namespace miv::build
