#pragma once

// Which projection a synapse belongs to.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/keyed_rng.h"

namespace miv::build {

/// Synapses on sections of this class in this layer.
struct SynapseTarget {
  std::uint8_t swc_type = 0;
  std::int8_t layer = 0;
  double proportion = 1;  ///< share of them that the projection takes
};

/// What a model says about one projection onto a population.
struct ProjectionRule {
  std::string source;  ///< name of the source population
  std::uint8_t synapse_type = 0;
  std::vector<SynapseTarget> targets;
  double contacts = 1;  ///< synapses of one source at a time, >= 1
};

/// Synapses of a category (type, section class, layer) go to the projections
/// that list it, at random with the proportions.
/// Source: MiV-Simulator, connections.py; there all synapses of a cell are
/// dealt anew until every projection has one, which is not reproduced.
class SynapsePartition {
 public:
  /// Errors: InvalidArgument that names the projection, or class, type and
  /// layer: a code out of range, a target listed twice, contacts below 1, a
  /// proportion that is not positive, proportions of a category that do not sum
  /// to 1 within 1e-5.
  static absl::StatusOr<SynapsePartition> Create(
      absl::Span<const ProjectionRule> rules);

  /// Category of a synapse, or -1 if no projection lists it.
  int CategoryOf(std::uint8_t synapse_type, std::uint8_t swc_type,
                 std::int8_t layer) const;

  /// The projection (index into the rules) of the next synapse of a category.
  /// Takes a number of `rng` only if there is a choice.
  std::uint32_t Choose(int category, KeyedRng& rng) const;

 private:
  struct Share {
    std::uint32_t projection;
    double up_to;  ///< cumulative proportion, the last is 1
  };
  SynapsePartition() = default;
  std::vector<std::int16_t> category_;      // by code, -1 = none
  std::vector<std::vector<Share>> shares_;  // by category
};

/// "excitatory", "inhibitory", "modulatory"; "type N" for another code.
std::string SynapseTypeName(int synapse_type);

}  // namespace miv::build
