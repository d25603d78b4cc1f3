#pragma once

// The example as one declarative network, and what its simulation becomes.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/base/fault.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {

inline constexpr char kAt[] = "steps.network.config.config.";
inline constexpr char kConnections[] = "Connection Generator";

inline PipelineSpec Declarative() {
  const auto loaded = LoadPipelineFile(
      MIV_SOURCE_DIR "/examples/microcircuit/pipeline_declarative.yaml");
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? loaded->spec : PipelineSpec();
}

inline nlohmann::json& Document(PipelineSpec& spec) {
  return Step(spec, "network").config["config"];
}

inline nlohmann::json& Simulated(PipelineSpec& spec) {
  return Step(spec, "run").config;
}

inline ResolvedPipeline ResolveOrFail(const PipelineSpec& spec) {
  auto resolved = Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  return resolved.ok() ? *std::move(resolved) : ResolvedPipeline();
}

inline nlohmann::json RunConfig(const PipelineSpec& spec) {
  const ResolvedPipeline resolved = ResolveOrFail(spec);
  const ResolvedStep* run = resolved.FindStep("run");
  return run == nullptr ? nlohmann::json() : run->config;
}

inline std::vector<std::string> WarnedFields(const PipelineSpec& spec) {
  std::vector<std::string> fields;
  for (const Warning& warning : ResolveOrFail(spec).warnings)
    fields.push_back(warning.field);
  return fields;
}

inline Fault FaultAfter(const PipelineSpec& spec) {
  return FaultOf(Resolve(spec).status()).value_or(Fault());
}

}  // namespace miv::pipeline
