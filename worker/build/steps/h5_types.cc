// h5_types: the populations, their gid ranges, and which projections may exist.

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/writer.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/rank_share.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

// Sum over the layers.
absl::StatusOr<std::uint32_t> CellCount(const std::string& population,
                                        const nlohmann::json& layers) {
  std::int64_t total = 0;
  for (const auto& [layer, count] : layers.items()) {
    MIV_ASSIGN_OR_RETURN(const std::int64_t n, IntegerField(layers, layer));
    if (n < 0 || (total += n) > 0xffffffffll)
      return InvalidInput({.reason = "BAD_CELL_COUNT",
                           .field = absl::StrCat("config.cell_distributions.",
                                                 population, ".", layer),
                           .what = "not a possible number of cells",
                           .expected = "0 or more, and less than 2^32 in all",
                           .found = count.dump()});
  }
  return static_cast<std::uint32_t>(total);
}

absl::StatusOr<std::vector<neuroh5::PopulationSize>> Sizes(
    const nlohmann::json& config) {
  MIV_ASSIGN_OR_RETURN(const auto* distributions,
                       ObjectField(config, "cell_distributions"));
  MIV_ASSIGN_OR_RETURN(const auto* definitions,
                       ObjectField(config, "population_definitions"));
  std::vector<std::string> defined;
  for (const auto& [name, index] : definitions->items())
    defined.push_back(name);
  std::vector<neuroh5::PopulationSize> sizes;
  for (const auto& [name, layers] : distributions->items()) {
    if (!definitions->contains(name))
      return InvalidInput(
          {.reason = "UNKNOWN_POPULATION",
           .field = absl::StrCat("config.cell_distributions.", name),
           .what = "the population has no index in population_definitions",
           .remedy = SuggestName(name, defined)});
    MIV_ASSIGN_OR_RETURN(const std::int64_t index,
                         IntegerField(*definitions, name));
    MIV_ASSIGN_OR_RETURN(const std::uint32_t count, CellCount(name, layers));
    sizes.push_back({name, static_cast<std::uint16_t>(index), count});
  }
  return sizes;
}

absl::StatusOr<std::vector<neuroh5::ProjectionName>> Projections(
    const nlohmann::json& config) {
  MIV_ASSIGN_OR_RETURN(const auto* projections,
                       ObjectField(config, "projections"));
  std::vector<neuroh5::ProjectionName> names;
  for (const auto& [post, sources] : projections->items())
    for (const auto& source : sources)
      if (source.is_string()) names.push_back({post, source});
  return names;
}

absl::StatusOr<neuroh5::Types> TypesOf(const nlohmann::json& config) {
  MIV_ASSIGN_OR_RETURN(auto sizes, Sizes(config));
  MIV_ASSIGN_OR_RETURN(auto projections, Projections(config));
  return neuroh5::MakeTypes(std::move(sizes), std::move(projections));
}

}  // namespace

absl::StatusOr<nlohmann::json> H5TypesStep(StepContext& ctx) {
  const WorkMeter meter;
  const auto types = TypesOf(ctx.config);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(types.status()));
  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(JoinPath(ctx.output_directory, "neuro.h5"),
                              access, *types));
  MIV_RETURN_IF_ERROR(writer.Close());
  return meter.Report(ctx.ranks);
}

}  // namespace miv::worker
