// Resolved pipelines as JSON and back.

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

using nlohmann::json;

static void to_json(json& value, const Input& input) {
  value = {{"role", input.role},     {"step", input.step},
           {"output", input.output}, {"path", input.path},
           {"field", input.field},   {"directory", input.directory}};
}

static void from_json(const json& value, Input& input) {
  value.at("role").get_to(input.role);
  value.at("step").get_to(input.step);
  value.at("output").get_to(input.output);
  value.at("path").get_to(input.path);
  value.at("field").get_to(input.field);
  value.at("directory").get_to(input.directory);
}

static void to_json(json& value, const ResolvedStep& step) {
  value = {{"name", step.name},     {"kind", step.kind},
           {"config", step.config}, {"seed", step.seed},
           {"ranks", step.ranks},   {"uses", step.uses},
           {"inputs", step.inputs}, {"outputs", step.outputs}};
}

static void from_json(const json& value, ResolvedStep& step) {
  value.at("name").get_to(step.name);
  value.at("kind").get_to(step.kind);
  step.config = value.at("config");
  value.at("seed").get_to(step.seed);
  value.at("ranks").get_to(step.ranks);
  value.at("uses").get_to(step.uses);
  value.at("inputs").get_to(step.inputs);
  value.at("outputs").get_to(step.outputs);
}

static void to_json(json& value, const Warning& warning) {
  value = {
      {"step", warning.step}, {"field", warning.field}, {"text", warning.text}};
}

static void from_json(const json& value, Warning& warning) {
  value.at("step").get_to(warning.step);
  value.at("field").get_to(warning.field);
  value.at("text").get_to(warning.text);
}

// Kinds and indices that the rest of the code relies on.
static bool IsSound(const ResolvedPipeline& pipeline) {
  for (const ResolvedStep& step : pipeline.steps) {
    const auto kind = FindKind(step.kind);
    if (!kind.ok() || (*kind)->name != step.kind) return false;
  }
  for (const std::size_t index : pipeline.order)
    if (index >= pipeline.steps.size()) return false;
  return pipeline.order.size() == pipeline.steps.size();
}

json ToJson(const ResolvedPipeline& pipeline) {
  return {{"name", pipeline.name},
          {"steps", pipeline.steps},
          {"order", pipeline.order},
          {"warnings", pipeline.warnings}};
}

absl::StatusOr<ResolvedPipeline> ResolvedFromJson(const json& value) {
  try {
    ResolvedPipeline pipeline;
    value.at("name").get_to(pipeline.name);
    value.at("steps").get_to(pipeline.steps);
    value.at("order").get_to(pipeline.order);
    value.at("warnings").get_to(pipeline.warnings);
    if (IsSound(pipeline)) return pipeline;
    return absl::DataLossError(
        "not a resolved pipeline: unknown kinds or a broken order");
  } catch (const json::exception& e) {
    return absl::DataLossError(
        absl::StrCat("not a resolved pipeline: ", e.what()));
  }
}

}  // namespace miv::pipeline
