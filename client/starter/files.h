#pragma once

// The model directory that `miv init` writes.

#include <string>
#include <vector>

namespace miv::client {

struct StarterFile {
  std::string path;  ///< below the directory: "config/network.yaml"
  std::string text;
};

/// The files of examples/starter, with cells of examples/microcircuit.
const std::vector<StarterFile>& StarterFiles();

}  // namespace miv::client
