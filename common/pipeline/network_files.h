#pragma once

// The files that networks of a pipeline file name.

#include "absl/status/status.h"
#include "common/pipeline/pipeline.h"

namespace miv::pipeline {

/// Puts the content of the YAML that `config_filepath` of a step of kind
/// network names, relative to the pipeline file, into its `config`; positions
/// lead into that YAML.
///
/// A network that names no template, mechanism or morphology directory, in a
/// pipeline whose `files` name none either, takes `templates`, `mechanisms` and
/// `morphology` beside the directory that its YAML lies in, where they exist.
///
/// Errors: InvalidArgument FILE_NOT_FOUND, DUPLICATE_FIELD if the step has a
/// config too; those of config::LoadYamlFile.
absl::Status LoadNetworkFiles(LoadedPipeline& loaded);

}  // namespace miv::pipeline
