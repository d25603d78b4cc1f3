#pragma once

// The config of an input_spikes step.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/types.h"
#include "worker/build/inputs/spike_process.h"

namespace miv::worker {

/// What fires: a process, or trains by gid.
struct InputEntry {
  std::optional<build::SpikeProcess> process;
  std::map<std::uint32_t, std::vector<double>> trains;
};

/// Which cells take their train from which entry.
struct InputModel {
  build::Trials trials;
  std::vector<InputEntry> entries;
  /// Cells of each population that has any, ascending by gid, and the entry of
  /// each; in the order of the types.
  struct Cells {
    neuroh5::Population population;
    std::vector<std::uint32_t> gids;
    std::vector<std::uint32_t> entry_of;
  };
  std::vector<Cells> populations;

  /// The train of the i-th cell of a population.
  build::CellTrain TrainOf(const Cells& cells, std::size_t i,
                           std::int64_t seed) const;
};

/// Errors: InvalidArgument that names the field: an unknown population, a gid
/// of no cell, a cell in two entries, a rate that the refractory period does
/// not allow, a train that does not ascend or leaves the trial.
absl::StatusOr<InputModel> InputModelOf(const nlohmann::json& config,
                                        const neuroh5::Types& types);

}  // namespace miv::worker
