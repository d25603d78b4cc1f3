#pragma once

// The stages between a pipeline as written and a resolved one.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/fault.h"
#include "common/pipeline/resolve.h"
#include "common/pipeline/step_graph.h"

namespace miv::pipeline {

/// A pipeline on its way.  Steps are addressed by index; those that a step
/// depends on are done before it.
struct Draft {
  const PipelineSpec* spec = nullptr;
  std::vector<const KindInfo*> kinds;
  StepGraph graph;
  ResolvedPipeline out;

  ResolvedStep& step(std::size_t index) { return out.steps[index]; }
  const ResolvedStep& step(std::size_t index) const { return out.steps[index]; }
};

/// Stage 1, all steps: names, kinds, the shape of every config, uses.
absl::StatusOr<Draft> StartDraft(const PipelineSpec& spec);

/// Stage 2, one step: the population it is about, where that is implied,
/// exists.
absl::Status InferPopulation(Draft& draft, std::size_t index);

/// Stage 3: where every input comes from.
absl::Status BindInputs(Draft& draft, std::size_t index);

/// Stage 4: config that the steps it depends on imply.
absl::Status DeriveConfig(Draft& draft, std::size_t index);

/// Part of stage 4: where the points of a forest get their layers.
absl::Status DeriveForest(Draft& draft, std::size_t index);

/// Stage 5: what the fields mean together.  May add warnings.
absl::Status CheckStep(Draft& draft, std::size_t index);

/// "steps.NAME.config.FIELD"; FIELD may be a path, or "" for the config.
std::string ConfigField(const ResolvedStep& step, absl::string_view field);

/// An InvalidArgument about a config field of a step.
absl::Status ConfigError(const ResolvedStep& step, absl::string_view field,
                         Fault fault);

/// Adds a warning about a config field of a step.
void Warn(Draft& draft, const ResolvedStep& step, absl::string_view field,
          std::string text);

/// Brings `stands_for` into canonical spelling.
absl::Status NormaliseStandIn(ResolvedStep& step);

/// The role of an input that a script calls NAME is "input:NAME".
inline constexpr char kNamedInput[] = "input:";

/// What a script calls its outputs: as it declares them, or as the kind does
/// that it stands for.
absl::Status NameScriptOutputs(ResolvedStep& step);

/// "step:NAME/OUTPUT" in its parts; false for a plain path.
bool ParseReference(absl::string_view text, std::string& step,
                    std::string& output);

/// The step that the input of `role` comes from, if it is of this kind.
const ResolvedStep* ProducerOf(const Draft& draft, std::size_t index,
                               absl::string_view role, absl::string_view kind);

/// The nearest step of this kind upstream (of this population unless ""), or
/// nullptr.
const ResolvedStep* NearestOfKind(const Draft& draft, std::size_t index,
                                  absl::string_view kind,
                                  absl::string_view population = "");

/// Cells by population and layer, of the nearest h5_types; nullptr if the
/// network comes from files.
const nlohmann::json* CellsOf(const Draft& draft, std::size_t index);

/// Errors: InvalidArgument UNKNOWN_POPULATION if CellsOf knows better.
absl::Status CheckPopulation(const Draft& draft, std::size_t index,
                             absl::string_view field,
                             const std::string& population);

}  // namespace miv::pipeline
