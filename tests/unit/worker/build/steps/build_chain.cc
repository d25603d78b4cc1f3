#include "tests/unit/worker/build/steps/build_chain.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/pipeline/pipeline.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/model_steps.h"

namespace miv::worker {
namespace {

absl::StatusOr<nlohmann::json> Dispatch(const std::string& kind,
                                        StepContext& ctx,
                                        GeometryProvider& geometry) {
  if (kind == "h5_types") return H5TypesStep(ctx);
  if (kind == "network_architecture") return NetworkArchitectureStep(ctx);
  if (kind == "measure_distances") return MeasureDistancesStep(ctx);
  if (kind == "generate_synapse_forest") return GenerateSynapseForestStep(ctx);
  if (kind == "distribute_synapses") return DistributeSynapses(ctx, geometry);
  if (kind == "generate_connections") return GenerateConnectionsStep(ctx);
  if (kind == "neuroh5_graph") return Neuroh5GraphStep(ctx);
  if (kind == "gap_junctions") return GapJunctionsStep(ctx);
  if (kind == "input_spikes") return InputSpikesStep(ctx);
  if (kind == "import") return ImportStep(ctx);
  if (kind == "script") return ScriptStep(ctx);
  if (kind == "verify") return VerifyStep(ctx);
  return absl::UnimplementedError(kind);
}

}  // namespace

void RecordingObserver::Progress(absl::string_view phase, double done,
                                 double total, absl::string_view unit) {
  amounts.push_back(absl::StrCat(phase, " ", done, "/", total, " ", unit));
  progress[std::string(phase)] = total > 0 ? done / total : 0;
}

absl::StatusOr<Chain> LoadChain(const std::string& pipeline_file) {
  MIV_ASSIGN_OR_RETURN(auto loaded, pipeline::LoadPipelineFile(pipeline_file));
  MIV_ASSIGN_OR_RETURN(auto resolved, pipeline::Resolve(loaded.spec));
  return Chain{std::move(resolved), loaded.directory};
}

absl::StatusOr<nlohmann::json> RunStep(const Chain& chain,
                                       const pipeline::ResolvedStep& step,
                                       const std::string& output,
                                       parallel::Ranks& ranks,
                                       GeometryProvider& geometry,
                                       StepObserver& observer) {
  StepContext ctx{step.config, step.seed, {}, JoinPath(output, step.name),
                  ranks,       observer};
  for (const pipeline::Input& input : step.inputs)
    ctx.inputs[input.role] =
        input.step.empty()
            ? StepInput{JoinPath(chain.directory, input.path), input.path}
            : StepInput{JoinPath(JoinPath(output, input.step), input.output),
                        absl::StrCat(input.step, "/", input.output)};
  absl::Status made;
  if (ranks.is_root()) made = MakeDirectories(ctx.output_directory);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(made));
  return Dispatch(step.kind, ctx, geometry);
}

absl::StatusOr<std::map<std::string, nlohmann::json>> RunChain(
    const Chain& chain, const std::string& output, parallel::Ranks& ranks,
    GeometryProvider& geometry, StepObserver& observer) {
  std::map<std::string, nlohmann::json> reports;
  for (const std::size_t index : chain.pipeline.order) {
    const pipeline::ResolvedStep& step = chain.pipeline.steps[index];
    if (step.kind == "simulation") continue;
    auto report = RunStep(chain, step, output, ranks, geometry, observer);
    if (!report.ok())
      return absl::Status(
          report.status().code(),
          absl::StrCat(step.name, ": ", report.status().message()));
    reports[step.name] = *std::move(report);
  }
  return reports;
}

absl::StatusOr<std::map<std::string, std::string>> DigestsBelow(
    const std::string& directory) {
  MIV_ASSIGN_OR_RETURN(const auto files, ListFiles(directory));
  std::map<std::string, std::string> digests;
  for (const std::string& file : files) {
    MIV_ASSIGN_OR_RETURN(const auto digest,
                         DigestOfFile(JoinPath(directory, file)));
    digests[file] = digest.digest;
  }
  return digests;
}

}  // namespace miv::worker
