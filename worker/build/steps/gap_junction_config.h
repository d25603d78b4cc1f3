#pragma once

// The config of a gap_junctions step.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/build/connectivity/gap_junctions.h"

namespace miv::worker {

/// Two coupled populations.
struct GapPair {
  std::string a, b;          ///< as written; may be the same
  std::vector<int> classes;  ///< SWC types on which a junction may lie
  double probability = 0;  ///< share of the pairs within reach that is coupled
  build::GapCoupling coupling;
};

struct GapModel {
  std::vector<GapPair> pairs;  ///< ascending by (a, b)
  build::GapReach reach;
  bool both_directions = true;
};

/// Errors: InvalidArgument that names the field.
absl::StatusOr<GapModel> GapModelOf(const nlohmann::json& config);

}  // namespace miv::worker
