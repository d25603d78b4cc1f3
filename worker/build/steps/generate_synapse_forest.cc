// generate_synapse_forest: a morphology for every cell of a population.

#include <numeric>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/writer.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/byte_progress.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/morphology_file.h"
#include "worker/build/steps/morphology_map.h"
#include "worker/build/steps/rank_share.h"
#include "worker/build/steps/tree_conversion.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

struct Plan {
  neuroh5::Types types;
  neuroh5::Population population;
  std::vector<StepInput> files;  // one per morphology
  std::vector<build::Morphology> morphologies;
  std::vector<std::uint32_t> shape_of;  // [cells of the population]
};

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput types, InputOf(ctx, "types"));
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(types.path));
  MIV_ASSIGN_OR_RETURN(const std::string name,
                       TextField(ctx.config, "population"));
  Plan plan{.types = reader.types()};
  MIV_ASSIGN_OR_RETURN(plan.population, reader.types().Get(name));
  MIV_ASSIGN_OR_RETURN(const auto roles, MorphologyRoles(ctx.config));
  for (const std::string& role : roles) {
    MIV_ASSIGN_OR_RETURN(plan.files.emplace_back(), InputOf(ctx, role));
    MIV_ASSIGN_OR_RETURN(plan.morphologies.emplace_back(),
                         ReadMorphology(plan.files.back(), ctx.config));
  }
  MIV_ASSIGN_OR_RETURN(plan.shape_of,
                       MorphologyOfCells(ctx.config, plan.population));
  return plan;
}

void Remark(StepContext& ctx, const Plan& plan) {
  for (std::size_t i = 0; i < plan.files.size(); ++i)
    for (const auto& remark : build::MorphologyRemarks(plan.morphologies[i]))
      ctx.observer.Warning(absl::StrCat(plan.files[i].label, ": ", remark));
}

std::vector<std::uint64_t> BytesByCell(
    const Plan& plan, const std::vector<neuroh5::Tree>& shapes) {
  std::vector<std::uint64_t> by_shape, by_cell;
  for (const neuroh5::Tree& shape : shapes)
    by_shape.push_back(neuroh5::BytesOf(shape));
  by_cell.reserve(plan.shape_of.size());
  for (const std::uint32_t shape : plan.shape_of)
    by_cell.push_back(by_shape[shape]);
  return by_cell;
}

}  // namespace

absl::StatusOr<nlohmann::json> GenerateSynapseForestStep(StepContext& ctx) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  if (ctx.ranks.is_root()) Remark(ctx, *plan);

  std::vector<neuroh5::Tree> shapes;
  for (const build::Morphology& morphology : plan->morphologies)
    shapes.push_back(TreeOf(morphology));
  const std::vector<std::uint64_t> bytes = BytesByCell(*plan, shapes);
  const Share mine = ShareByWeight(bytes, ctx.ranks.rank(), ctx.ranks.size());
  std::vector<std::uint32_t> gids, shape_of;
  for (std::uint64_t i = mine.begin; i < mine.end; ++i) {
    gids.push_back(static_cast<std::uint32_t>(plan->population.start + i));
    shape_of.push_back(plan->shape_of[i]);
  }

  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, "forest.h5"),
                              access, plan->types));
  ByteProgress progress(
      ctx, "write trees",
      std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0}), meter);
  MIV_RETURN_IF_ERROR(neuroh5::WriteTrees(
      writer, plan->population.name, gids, shape_of, shapes,
      [&](std::uint64_t more) { return progress.Add(more); }));
  MIV_RETURN_IF_ERROR(writer.Close());
  meter.AddCells(mine.size());
  return meter.Report(ctx.ranks);
}

}  // namespace miv::worker
