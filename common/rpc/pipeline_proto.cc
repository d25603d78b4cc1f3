#include "common/rpc/pipeline_proto.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv {
namespace {

absl::StatusOr<pipeline::StepSpec> StepFromProto(const v1::Step& proto) {
  pipeline::StepSpec step;
  step.name = proto.name();
  step.kind = proto.kind();
  step.uses.assign(proto.uses().begin(), proto.uses().end());
  step.ranks = proto.ranks();
  if (proto.has_seed()) step.seed = proto.seed();
  if (proto.config_json().empty()) return step;
  step.config = nlohmann::json::parse(proto.config_json(), nullptr, false);
  if (step.config.is_object()) return step;
  return InvalidInput({.reason = "BAD_CONFIG_JSON",
                       .step = step.name,
                       .field = absl::StrCat("steps.", step.name, ".config"),
                       .what = "the config is not a JSON object",
                       .expected = "a JSON object",
                       .found = step.config.is_discarded()
                                    ? "text that is not JSON"
                                    : step.config.type_name()});
}

}  // namespace

v1::Pipeline PipelineToProto(const pipeline::PipelineSpec& spec) {
  v1::Pipeline proto;
  proto.set_api(spec.api);
  proto.set_name(spec.name);
  proto.set_seed(spec.seed);
  proto.set_templates_path(spec.templates_path);
  proto.set_mechanisms_path(spec.mechanisms_path);
  proto.set_morphology_path(spec.morphology_path);
  for (const pipeline::StepSpec& step : spec.steps) {
    v1::Step& out = *proto.add_steps();
    out.set_name(step.name);
    out.set_kind(step.kind);
    out.set_config_json(step.config.dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace));
    for (const std::string& used : step.uses) out.add_uses(used);
    out.set_ranks(step.ranks);
    if (step.seed) out.set_seed(*step.seed);
  }
  return proto;
}

absl::StatusOr<pipeline::PipelineSpec> PipelineFromProto(
    const v1::Pipeline& proto) {
  pipeline::PipelineSpec spec;
  spec.api = proto.api();
  spec.name = proto.name();
  spec.seed = proto.seed();
  spec.templates_path = proto.templates_path();
  spec.mechanisms_path = proto.mechanisms_path();
  spec.morphology_path = proto.morphology_path();
  for (const v1::Step& step : proto.steps()) {
    MIV_ASSIGN_OR_RETURN(auto parsed, StepFromProto(step));
    spec.steps.push_back(std::move(parsed));
  }
  return spec;
}

}  // namespace miv
