#pragma once

// Steps of kind "network" become the steps that they stand for.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/pipeline.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// A pipeline without networks, and what of it was written where.
class Expansion {
 public:
  PipelineSpec spec;
  std::vector<Warning> warnings;  ///< fields as written

  /// `expanded`, and what is below it, was written as `written`.
  void AddOrigin(std::string expanded, std::string written);

  /// The field of the author's pipeline that this one comes from: by the
  /// longest origin that it is at or below; the field itself if there is none.
  std::string Written(absl::string_view field) const;

  /// The error with its field as written.
  absl::Status AsWritten(const absl::Status& status) const;

  const std::vector<std::pair<std::string, std::string>>& origins() const {
    return origins_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> origins_;
};

/// Puts in the place of every step NAME of kind network:
///
///   NAME_h5_types, NAME_architecture, NAME_distances,
///   NAME_forest_P, NAME_synapses_P, NAME_connections_P for every population P
///   that something projects to (or that `populations` lists),
///   NAME_gap_junctions if the network has a section about them,
///   NAME: the neuroh5_graph of them all.
///
/// Characters of P that no step name has become "_".  The steps have the seed
/// and ranks of the network; what it uses comes before all of them.  `options`
/// {kind: {field: value}} adds to the config of the steps of one kind.
/// Simulations of the network get what it says about them
/// (network_simulation.h), and its gap junctions.  The
/// pipeline's `files` take the network's directories if they name none and no
/// two networks differ.
///
/// Errors: InvalidArgument about fields of the network step: those of
/// ApplySchema and CheckNetworkDocument; MISSING_FIELD without `config`;
/// DUPLICATE_FIELD, DUPLICATE_STEP, UNKNOWN_POPULATION, UNKNOWN_KIND,
/// OPTION_NOT_FREE for an option that the network itself decides.
absl::StatusOr<Expansion> ExpandNetworks(const PipelineSpec& spec);

}  // namespace miv::pipeline
