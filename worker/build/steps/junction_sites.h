#pragma once

// Sections and lengths of the cells of a population, each morphology once.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/tree.h"
#include "worker/build/connectivity/gap_junctions.h"

namespace miv::worker {

class SitesOfCells {
 public:
  /// forest: outlives this object.
  SitesOfCells(const neuroh5::Reader& forest, std::string population)
      : forest_(forest), population_(std::move(population)) {}

  /// Reads the trees of these cells, in any order and repeated or not.
  /// Errors: those of reading; InvalidArgument with the gid for a cell without
  /// a tree.
  absl::Status Load(std::vector<std::uint32_t> gids);

  /// Of a cell that was loaded.
  const build::JunctionSites& Of(std::uint32_t gid) const {
    return *shapes_[shape_of_.at(gid)].sites;
  }

 private:
  struct Shape {
    neuroh5::Tree tree;  ///< with gid 0
    std::unique_ptr<build::JunctionSites> sites;
  };
  absl::Status Add(neuroh5::Tree tree);
  const neuroh5::Reader& forest_;
  std::string population_;
  std::vector<Shape> shapes_;
  std::unordered_map<std::uint32_t, std::size_t> shape_of_;  // by gid
};

}  // namespace miv::worker
