#pragma once

// How likely a cell is as a source, by its distance along the layers.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace miv::build {

/// Reach of the axons of a population, along U and V, um.
struct AxonExtent {
  std::array<double, 2> width{};   ///< whole width, both sides together
  std::array<double, 2> offset{};  ///< distance of the most likely source
};

/// A Gaussian of the distance along each axis, cut off at half the width:
///   w(du, dv) = g(|du|; width_u, offset_u) g(|dv|; width_v, offset_v)
///   g(d; width, offset) = exp(-((d - offset) / sigma)^2 / 2)
///     with sigma = (width / 2 - offset) / 3, and 0 unless d < width / 2
/// Source: MiV-Simulator, connections.py; the densities' factors 1 / sigma are
/// the same for all sources and cancel in the choice.
class DistanceKernel {
 public:
  /// Errors: InvalidArgument unless 0 <= offset < width / 2 on both axes.
  static absl::StatusOr<DistanceKernel> Create(const AxonExtent& extent);

  /// Largest |du| (axis 0) and |dv| (axis 1) of a source, exclusive, um.
  double reach(int axis) const { return reach_[axis]; }
  /// 0 to 1.  Weights below 1e-290 are 0, so that sums are ordinary numbers.
  double Weight(double du, double dv) const;

 private:
  DistanceKernel() = default;
  std::array<double, 2> reach_{}, offset_{}, inverse_sigma_{};
};

/// Kernels of one source population by the layer of the synapse.
class LayeredKernels {
 public:
  struct Entry {
    std::optional<std::int8_t> layer;  ///< nullopt = "default"
    AxonExtent extent;
  };
  /// Errors: those of DistanceKernel::Create; InvalidArgument for a layer given
  /// twice.
  static absl::StatusOr<LayeredKernels> Create(absl::Span<const Entry> entries);

  /// Index into kernels() for a synapse layer: its own entry, else the default,
  /// else -1.
  int IndexFor(std::int8_t layer) const;
  const std::vector<DistanceKernel>& kernels() const { return kernels_; }

 private:
  LayeredKernels() = default;
  std::vector<std::optional<std::int8_t>> layers_;
  std::vector<DistanceKernel> kernels_;
};

}  // namespace miv::build
