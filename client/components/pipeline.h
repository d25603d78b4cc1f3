#pragma once

// A pipeline written in C++: the counterpart of a pipeline file.
//
//   Pipeline pipeline("microcircuit");
//   pipeline.SetModel({.templates = "templates", .mechanisms = "mechanisms"});
//   const Step types = pipeline.Add("h5_types", H5Types{...});
//   const Step network = pipeline.Add(
//       "network", NetworkArchitecture{...}, {.uses = {types}, .ranks = 2});
//   const auto submission = pipeline.Prepare();

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/components/value.h"
#include "client/submission.h"
#include "common/pipeline/pipeline.h"
#include "common/pipeline/resolve.h"

namespace miv::client {

/// What every step may say beside its config.
struct StepOptions {
  std::vector<Step> uses;
  int ranks = 0;                     ///< MPI ranks; 0 = the server's default
  std::optional<std::int64_t> seed;  ///< absent = the pipeline's
  /// Fields of the config by name: they win over those of the component.
  Json config = Json::object();
};

/// The model's directories, for steps that name none; empty = none.
struct ModelDirectories {
  std::string templates;
  std::string mechanisms;
  std::string morphology;
};

class Pipeline {
 public:
  explicit Pipeline(std::string name) { spec_.name = std::move(name); }

  void SetSeed(std::int64_t seed) { spec_.seed = seed; }
  void SetModel(const ModelDirectories& model);

  /// name: unique; what `miv job` shows.  Nothing is checked yet.
  template <typename Component>
  Step Add(std::string name, const Component& component,
           StepOptions options = {}) {
    return AddStep(std::move(name), Component::kKind, ToConfig(component),
                   std::move(options));
  }

  /// As its author wrote it: what a pipeline file would hold.
  const pipeline::PipelineSpec& spec() const { return spec_; }

  /// Checked, completed and bound, without a look at the files that it names.
  /// Errors: as pipeline::Resolve.
  absl::StatusOr<pipeline::ResolvedPipeline> Resolve() const;

  /// Ready for Client::Submit.
  /// directory: what relative paths are relative to.
  /// Errors: as MakeSubmission; those of pipeline::LoadNetworkFiles.
  absl::StatusOr<Submission> Prepare(const std::string& directory = ".") const;

 private:
  Step AddStep(std::string name, const char* kind, Json config,
               StepOptions options);

  pipeline::PipelineSpec spec_;
};

/// The content of a YAML file, for StepOptions::config and Network::config.
/// Errors: as config::LoadYamlFile.
absl::StatusOr<Json> FromYaml(const std::string& path);

}  // namespace miv::client
