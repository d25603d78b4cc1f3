#pragma once

// From a pipeline as written to one that can run: checked, completed, bound.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/kinds.h"
#include "common/pipeline/pipeline.h"

namespace miv::pipeline {

/// One input of a step: the output of another step, or an uploaded file.
struct Input {
  std::string role;    ///< "types", "forest:PYR", "templates", "stimulus:0"
  std::string step;    ///< producing step; "" = the file at `path`
  std::string output;  ///< output of that step: "forest.h5"
  std::string path;    ///< as written in the pipeline; "" = of a step
  std::string field;   ///< field that names the file: "steps.a.config.file"
  bool directory = false;

  bool operator==(const Input&) const = default;
};

struct ResolvedStep {
  std::string name;
  std::string kind;  ///< canonical
  /// Canonical spelling, every default filled in.  Resources and fields that
  /// name inputs are gone (see `inputs`); the file of a stimulus is the name of
  /// its role.
  nlohmann::json config;
  std::int64_t seed = 0;
  int ranks = 0;  ///< 0 = the server's default
  /// Names of the steps that must be done first: `uses` and every step that an
  /// input comes from.
  std::vector<std::string> uses;
  std::vector<Input> inputs;         ///< sorted by role
  std::vector<std::string> outputs;  ///< file names

  const KindInfo& info() const { return KindNamed(kind); }
  /// The input of `role`; nullptr if the step has none.
  const Input* FindInput(absl::string_view role) const;
  /// The population that the step is about; "" if it is about all.
  std::string population() const;

  bool operator==(const ResolvedStep&) const = default;
};

/// Something odd that does not stop the pipeline.
struct Warning {
  std::string step;
  std::string field;  ///< "steps.connections_PYR.config.template_path"
  std::string text;   ///< a full sentence

  bool operator==(const Warning&) const = default;
};

struct ResolvedPipeline {
  std::string name;
  std::vector<ResolvedStep> steps;  ///< in the order of the file
  std::vector<std::size_t> order;   ///< indices of steps, dependencies first
  std::vector<Warning> warnings;

  const ResolvedStep* FindStep(absl::string_view name) const;

  bool operator==(const ResolvedPipeline&) const = default;
};

/// Checks everything that can be known without reading a file, fills in
/// defaults and what the graph implies, and binds every input to the nearest
/// step that provides it.  A network becomes the steps that it stands for
/// (expand_network.h); errors and warnings about these name the network's
/// fields.
///
///   A config field that names an input may hold the path of a file, or
///   "step:NAME" / "step:NAME/OUTPUT" for a certain step's output.
///
/// Errors: InvalidArgument with a Fault (reason, step, field, expected, found,
/// remedy); Unimplemented NOT_AVAILABLE.  config::WithSource adds FILE:LINE.
absl::StatusOr<ResolvedPipeline> Resolve(const PipelineSpec& spec);

/// A file or directory that a pipeline names and a client must upload.
struct FileReference {
  std::string path;   ///< as written
  std::string field;  ///< first field that names it
  bool directory = false;

  bool operator==(const FileReference&) const = default;
};

/// The files that the inputs name, each path once, in order of first use.
std::vector<FileReference> FilesOf(const ResolvedStep& step);
std::vector<FileReference> FilesOf(const ResolvedPipeline& pipeline);

nlohmann::json ToJson(const ResolvedPipeline& pipeline);
/// Errors: DataLoss if `json` was not written by ToJson.
absl::StatusOr<ResolvedPipeline> ResolvedFromJson(const nlohmann::json& json);

}  // namespace miv::pipeline
