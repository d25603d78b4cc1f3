// generate_synapse_forest: one morphology for every cell of a population.

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/writer.h"
#include "worker/build/morphology/contraction.h"
#include "worker/build/morphology/swc.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/byte_progress.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/rank_share.h"
#include "worker/build/steps/tree_conversion.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

absl::StatusOr<build::Morphology> ReadMorphology(const StepInput& input) {
  MIV_ASSIGN_OR_RETURN(const std::string text, ReadFile(input.path));
  MIV_ASSIGN_OR_RETURN(auto points, build::ParseSwc(text, input.label));
  return build::ContractToSections(std::move(points), input.label);
}

struct Plan {
  neuroh5::Types types;
  neuroh5::Population population;
  build::Morphology morphology;
};

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput types, InputOf(ctx, "types"));
  MIV_ASSIGN_OR_RETURN(const StepInput swc, InputOf(ctx, "morphology"));
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(types.path));
  MIV_ASSIGN_OR_RETURN(const std::string name,
                       TextField(ctx.config, "population"));
  MIV_ASSIGN_OR_RETURN(const auto population, reader.types().Get(name));
  MIV_ASSIGN_OR_RETURN(auto morphology, ReadMorphology(swc));
  return Plan{reader.types(), population, std::move(morphology)};
}

}  // namespace

absl::StatusOr<nlohmann::json> GenerateSynapseForestStep(StepContext& ctx) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  if (ctx.ranks.is_root())
    for (const auto& remark : build::MorphologyRemarks(plan->morphology))
      ctx.observer.Warning(
          absl::StrCat(ctx.inputs["morphology"].label, ": ", remark));

  const Share mine =
      ShareOf(plan->population.count, ctx.ranks.rank(), ctx.ranks.size());
  std::vector<std::uint32_t> gids;
  for (std::uint64_t i = mine.begin; i < mine.end; ++i)
    gids.push_back(static_cast<std::uint32_t>(plan->population.start + i));
  const std::vector<std::uint32_t> shape_of(gids.size(), 0);
  const neuroh5::Tree shapes[] = {TreeOf(plan->morphology)};

  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, "forest.h5"),
                              access, plan->types));
  ByteProgress progress(ctx, "write trees",
                        plan->population.count * neuroh5::BytesOf(shapes[0]),
                        meter);
  MIV_RETURN_IF_ERROR(neuroh5::WriteTrees(
      writer, plan->population.name, gids, shape_of, shapes,
      [&](std::uint64_t more) { return progress.Add(more); }));
  MIV_RETURN_IF_ERROR(writer.Close());
  meter.AddCells(mine.size());
  return meter.Report(ctx.ranks);
}

}  // namespace miv::worker
