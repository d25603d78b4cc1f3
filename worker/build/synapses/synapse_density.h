#pragma once

// How many synapses a model wants where.

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace miv::build {

/// Synapse type codes.
enum SynapseType : std::uint8_t {
  kExcitatory = 0,
  kInhibitory = 1,
  kModulatory = 2,
};

/// Density in one layer, or in all layers that are not listed.
struct LayerDensity {
  std::optional<std::int8_t> layer;  ///< nullopt = "default"
  double mean = 0;                   ///< synapses per um, >= 0
  double sd = 0;                     ///< of the draw per segment, >= 0
};

/// The densities of one synapse type on one section class.
struct DensityRule {
  std::uint8_t swc_type = 0;
  std::uint8_t synapse_type = kExcitatory;
  std::vector<LayerDensity> layers;  ///< in the order listed by the model
};

/// Rules in placement order: synapse ids count through them.
using DensityTable = std::vector<DensityRule>;

enum class SynapseDistribution {
  kPoisson,  ///< random positions
  kUniform,  ///< evenly spaced within each segment
};

enum class PointProcess {
  kHomogeneous,  ///< a Poisson process of the segments' densities
  /// MiV-Simulator's: at least one synapse in a first segment of positive
  /// density, one gap too many at each later segment.
  kOriginal,
};

enum class DensitySemantics {
  kPerLayer,   ///< the density of the segment's own layer
  kLastLayer,  ///< MiV-Simulator's: that of the last layer listed, everywhere
};

struct SynapseOptions {
  SynapseDistribution distribution = SynapseDistribution::kPoisson;
  PointProcess point_process = PointProcess::kHomogeneous;
  DensitySemantics density_semantics = DensitySemantics::kPerLayer;
};

/// Errors: InvalidArgument, naming class, type and layer, for a density that is
/// negative or not finite, a layer listed twice in a rule, two rules for the
/// same class and type, or a type or class code that does not exist.
absl::Status ValidateDensityTable(absl::Span<const DensityRule> table);

}  // namespace miv::build
