#pragma once

// A pipeline as its author wrote it: named steps, nothing checked yet.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/config/yaml.h"

namespace miv::pipeline {

inline constexpr char kApi[] = "miv/v1";

struct StepSpec {
  std::string name;
  std::string kind;  ///< as written; aliases are understood by Resolve
  nlohmann::json config = nlohmann::json::object();
  std::vector<std::string> uses;
  int ranks = 0;                     ///< MPI ranks; 0 = the server's default
  std::optional<std::int64_t> seed;  ///< absent = the pipeline's

  bool operator==(const StepSpec&) const = default;
};

struct PipelineSpec {
  std::string api = kApi;
  std::string name;
  std::int64_t seed = 0;
  std::vector<StepSpec> steps;  ///< in the order of the file
  // The model's directories, for steps whose config names none; "" = none.
  std::string templates_path;
  std::string mechanisms_path;
  std::string morphology_path;

  bool operator==(const PipelineSpec&) const = default;
};

struct LoadedPipeline {
  PipelineSpec spec;
  config::SourceMap sources;
  std::string directory;           ///< what relative paths are relative to
  std::vector<std::string> files;  ///< YAML files that were read, [0] = itself
};

/// Reads a pipeline file.
///
///   Top level: api (required, "miv/v1"), name (default: the file's name
///   without extension), seed, files {templates, mechanisms, morphology},
///   steps {NAME: {kind, uses (name or list), ranks, seed, config}}.
///
/// Errors: as config::LoadYamlFile, and InvalidArgument with FILE:LINE for an
/// unknown key, a missing or wrongly typed one, or another api.
/// Networks hold the content of the files that they name (network_files.h).
/// overrides: as ApplyOverride takes them, and with its errors.  Where the
/// order of a mapping has a meaning, the configs hold it as a field of its own
/// (written_order.h).
absl::StatusOr<LoadedPipeline> LoadPipelineFile(
    const std::string& path, const std::vector<std::string>& overrides = {});

/// The same from a parsed document.
absl::StatusOr<PipelineSpec> PipelineFromDocument(
    const config::Document& document, const std::string& default_name);

/// Changes one field: "steps.run.config.t_end=100", "seed=7",
/// "steps.run.config.lfp[0].rho=300".  The value is parsed as YAML; maps on the
/// way are made, list entries must exist (an index equal to the length
/// appends); a null value takes the field away.  `sources`, if given, learns
/// that the field was set by this override.
/// Errors: InvalidArgument if there is no "=", the step does not exist, the
/// field cannot be set, or the value is not YAML.
absl::Status ApplyOverride(PipelineSpec& spec, absl::string_view override_text,
                           config::SourceMap* sources = nullptr);

/// JSON and back, without loss: what a server stores.
nlohmann::json ToJson(const PipelineSpec& spec);
absl::StatusOr<PipelineSpec> PipelineFromJson(const nlohmann::json& json);

}  // namespace miv::pipeline
