// Simulations that start from the checkpoint of another step.

#include "absl/strings/str_cat.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {

absl::Status CheckStart(const Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const ResolvedStep* before =
      ProducerOf(draft, index, "start_from", "simulation");
  if (before == nullptr) return absl::OkStatus();
  for (const char* field : {"dt", "secondorder"}) {
    if (step.config[field] == before->config[field]) continue;
    return ConfigError(step, field,
                       {.reason = "CHECKPOINT_DIFFERS",
                        .what = "the run that it starts from has another",
                        .expected = Show(before->config[field]),
                        .found = Show(step.config[field])});
  }
  if (step.config["t_end"] > before->config["t_end"]) return absl::OkStatus();
  return ConfigError(
      step, "t_end",
      {.reason = "CHECKPOINT_DIFFERS",
       .what = step.config["t_end"] == before->config["t_end"]
                   ? "the run that it starts from ends there"
                   : "the run that it starts from ends later",
       .expected = absl::StrCat("above ", Show(before->config["t_end"]), " ms"),
       .found = Show(step.config["t_end"])});
}

}  // namespace miv::pipeline
