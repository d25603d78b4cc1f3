#pragma once

// A small pipeline with a morphology, on disk.

#include <gtest/gtest.h>

#include <string>

#include "common/base/files.h"

namespace miv::client {

/// Lines 1 to 23, so that tests can name them.
inline constexpr char kPipelineText[] = R"(api: miv/v1
name: small
seed: 3
steps:
  types:
    kind: h5_types
    config:
      cell_distributions: {STIM: {SP: 4}, PYR: {SP: 6}}
      projections: {PYR: [STIM]}
  network:
    kind: network_architecture
    uses: [types]
    config:
      cell_distributions: {STIM: {SP: 4}, PYR: {SP: 6}}
      layer_extents:
        SP: [[0, 0, 0], [100, 100, 50]]
  distances:
    kind: measure_distances
    uses: [network]
  forest:
    kind: generate_synapse_forest
    uses: [network, distances]
    config: {population: PYR, morphology: swc/PYR.swc}
)";

inline void WriteFile(const std::string& path, const std::string& bytes) {
  ASSERT_TRUE(MakeDirectories(path.substr(0, path.rfind('/'))).ok());
  ASSERT_TRUE(WriteFileAtomically(path, bytes).ok());
}

/// Writes DIRECTORY/pipeline.yaml and its morphology; returns its path.
inline std::string WritePipeline(const std::string& name,
                                 const std::string& text = kPipelineText) {
  const std::string directory = JoinPath(::testing::TempDir(), name);
  EXPECT_TRUE(RemoveTree(directory).ok());
  WriteFile(directory + "/swc/PYR.swc",
            "0 1 0 0 0 5 -1\n1 3 0 10 0 1 0\n2 3 0 20 0 1 1\n");
  WriteFile(directory + "/pipeline.yaml", text);
  return directory + "/pipeline.yaml";
}

}  // namespace miv::client
