#pragma once

// The network of the imperative interface's documentation, as a pipeline.

#include <nlohmann/json.hpp>
#include <string>

#include "common/config/yaml.h"
#include "common/pipeline/pipeline.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// The pipeline file: 401 cells, three forests, ten projections, a run.
std::string NetworkYaml();

/// `text` as a pipeline file called "net.yaml"; a failure to load fails the
/// test and gives an empty pipeline.
LoadedPipeline Load(const std::string& text);

/// The pipeline of NetworkYaml().
PipelineSpec Network();

/// The step of this name, which must exist.
StepSpec& Step(PipelineSpec& spec, const std::string& name);

/// NetworkYaml() with one override, resolved; a failure fails the test.
ResolvedPipeline ResolvedNetwork(const std::string& override_text = "");

/// The message of the error that Resolve gives for Network() after `overrides`;
/// "" if it succeeds.
std::string ErrorAfter(const std::vector<std::string>& overrides);

}  // namespace miv::pipeline
