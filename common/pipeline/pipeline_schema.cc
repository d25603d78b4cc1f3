#include "common/pipeline/pipeline_schema.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

const Schema& HeaderSchema() {
  static const auto* const kSchema = new Schema(
      Record("a pipeline",
             {Required("api", String()), Required("name", String()),
              Default("seed", Integer(), 0),
              Default("files",
                      Record("files", {Optional("templates", Directory()),
                                       Optional("mechanisms", Directory()),
                                       Optional("morphology", Directory())}),
                      json::object()),
              Required("steps", MapOf("step", Nullable(Any())))}));
  return *kSchema;
}

const Schema& StepSchema() {
  static const auto* const kSchema = new Schema(Record(
      "a step",
      {Required("kind", String()),
       Default("uses", OneOf({String("step"), ListOf(String("step"))}),
               json::array()),
       Optional("ranks", IntegerFrom(1, kMaxRanks)),
       Optional("seed", Integer()),
       Default("config", MapOf("field", Nullable(Any())), json::object())}));
  return *kSchema;
}

absl::Status CheckApi(const json& header) {
  const bool given = header.is_object() && header.contains("api");
  if (given && header["api"] == kApi) return absl::OkStatus();
  return InvalidInput(
      {.reason = "UNSUPPORTED_API",
       .field = "api",
       .what = given ? "unknown version of the pipeline vocabulary"
                     : "the version of the pipeline vocabulary is required",
       .expected = kApi,
       .found = given ? Show(header["api"]) : "",
       .remedy = absl::StrCat("Write \"api: ", kApi, "\".")});
}

}  // namespace

absl::StatusOr<PipelineSpec> HeaderFromJson(json header) {
  if (!header.is_object())
    return InvalidInput({.reason = "WRONG_TYPE",
                         .what = "a pipeline is a mapping",
                         .expected = Describe(HeaderSchema()),
                         .found = Show(header)});
  MIV_RETURN_IF_ERROR(CheckApi(header));
  MIV_RETURN_IF_ERROR(ApplySchema(HeaderSchema(), "", header));
  PipelineSpec spec;
  spec.name = header["name"];
  spec.seed = header["seed"];
  const json& files = header["files"];
  spec.templates_path = files.value("templates", "");
  spec.mechanisms_path = files.value("mechanisms", "");
  spec.morphology_path = files.value("morphology", "");
  return spec;
}

absl::StatusOr<StepSpec> StepFromJson(const std::string& name,
                                      const std::string& path, json value) {
  MIV_RETURN_IF_ERROR(ApplySchema(StepSchema(), path, value));
  StepSpec step;
  step.name = name;
  step.kind = value["kind"];
  step.config = std::move(value["config"]);
  if (value["uses"].is_string())
    step.uses = {value["uses"].get<std::string>()};
  else
    step.uses = value["uses"].get<std::vector<std::string>>();
  step.ranks = value.value("ranks", 0);
  if (value.contains("seed")) step.seed = value["seed"].get<std::int64_t>();
  return step;
}

json HeaderToJson(const PipelineSpec& spec) {
  json files = json::object();
  if (!spec.templates_path.empty()) files["templates"] = spec.templates_path;
  if (!spec.mechanisms_path.empty()) files["mechanisms"] = spec.mechanisms_path;
  if (!spec.morphology_path.empty()) files["morphology"] = spec.morphology_path;
  return {{"api", spec.api},
          {"name", spec.name},
          {"seed", spec.seed},
          {"files", std::move(files)}};
}

json StepToJson(const StepSpec& step) {
  json value = {
      {"kind", step.kind}, {"uses", step.uses}, {"config", step.config}};
  if (step.ranks != 0) value["ranks"] = step.ranks;
  if (step.seed) value["seed"] = *step.seed;
  return value;
}

}  // namespace miv::pipeline
