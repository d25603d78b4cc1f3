// gap_junctions: electrical coupling between pairs of cells.

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/writer.h"
#include "worker/build/steps/build_steps.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/gap_junction_choice.h"
#include "worker/build/steps/gap_junction_config.h"
#include "worker/build/steps/gap_junction_file.h"
#include "worker/build/steps/junction_sites.h"
#include "worker/build/steps/rank_share.h"
#include "worker/build/steps/rounds.h"
#include "worker/parallel/exchange.h"
#include "worker/parallel/parallel_file.h"

namespace miv::worker {
namespace {

constexpr std::size_t kCellsPerBlock = 256;
constexpr std::size_t kJunctionsPerBlock = 4096;

struct Plan {
  neuroh5::Reader coordinates;
  neuroh5::Types types;  // with the coupled pairs among the projections
  std::string name_space;
  GapModel model;
};

// The pairs that a file may hold, with those of the step added.
neuroh5::Types WithPairs(neuroh5::Types types, const GapModel& model) {
  const auto add = [&types](const std::string& dst, const std::string& src) {
    if (!types.IsValid({dst, src}))
      types.valid_projections.push_back({dst, src});
  };
  for (const GapPair& pair : model.pairs) {
    add(pair.a, pair.b);
    if (model.both_directions) add(pair.b, pair.a);
  }
  return types;
}

absl::StatusOr<Plan> MakePlan(const StepContext& ctx) {
  MIV_ASSIGN_OR_RETURN(const StepInput input, InputOf(ctx, "coordinates"));
  MIV_ASSIGN_OR_RETURN(auto reader, neuroh5::Reader::Open(input.path));
  MIV_ASSIGN_OR_RETURN(auto model, GapModelOf(ctx.config));
  MIV_ASSIGN_OR_RETURN(std::string name_space,
                       TextField(ctx.config, "coordinate_namespace"));
  for (const GapPair& pair : model.pairs)
    for (const std::string& name : {pair.a, pair.b})
      MIV_RETURN_IF_ERROR(reader.types().Get(name).status());
  neuroh5::Types types = WithPairs(reader.types(), model);
  return Plan{std::move(reader), std::move(types), std::move(name_space),
              std::move(model)};
}

absl::StatusOr<build::SomaPositions> ReadSomata(const Plan& plan,
                                                const std::string& name) {
  const neuroh5::Population& population = *plan.types.Find(name);
  build::SomaPositions somata;
  somata.start = static_cast<std::uint32_t>(population.start);
  const std::pair<const char*, std::vector<float>*> axes[] = {
      {neuroh5::kXCoordinate, &somata.x},
      {neuroh5::kYCoordinate, &somata.y},
      {neuroh5::kZCoordinate, &somata.z}};
  for (const auto& [attribute, values] : axes) {
    MIV_ASSIGN_OR_RETURN(auto cells, plan.coordinates.ReadCells<float>(
                                         name, plan.name_space, attribute,
                                         neuroh5::Selection::All()));
    if (cells.values.size() != population.count ||
        cells.gids.size() != population.count)
      return InvalidInput(
          {.reason = "BAD_COORDINATES",
           .file = plan.coordinates.path(),
           .what = absl::StrCat("population ", name,
                                " does not have one soma position per cell"),
           .expected = absl::StrCat(population.count),
           .found = absl::StrCat(cells.values.size())});
    *values = std::move(cells.values);
  }
  return somata;
}

struct Choice {
  std::vector<build::GapCandidate> pairs;  // ascending (low, high)
  std::int64_t in_reach = 0;
};

// Collective: which cells of a pair of populations are coupled.
absl::StatusOr<Choice> ChoosePairs(StepContext& ctx, const Plan& plan,
                                   const GapPair& pair) {
  const auto a = ReadSomata(plan, pair.a);
  const auto b = ReadSomata(plan, pair.b);
  MIV_RETURN_IF_ERROR(
      ctx.ranks.AgreeOnStatus(a.ok() ? b.status() : a.status()));
  const Share mine = ShareOf(a->size(), ctx.ranks.rank(), ctx.ranks.size());
  const build::GapPairFinder finder(*a, *b, plan.model.reach, ctx.seed);
  build::GapCandidates found;
  MIV_RETURN_IF_ERROR(RunInRounds(
      ctx, (mine.size() + kCellsPerBlock - 1) / kCellsPerBlock,
      {absl::StrCat("pairs of ", pair.a, " and ", pair.b), "cells", a->size()},
      [&](std::size_t block) -> absl::StatusOr<std::uint64_t> {
        const std::size_t first = mine.begin + block * kCellsPerBlock;
        const std::size_t last =
            std::min<std::size_t>(first + kCellsPerBlock, mine.end);
        finder.Find(first, last, found);
        return last - first;
      }));
  Choice choice;
  choice.in_reach = ctx.ranks.Sum(static_cast<std::int64_t>(found.in_reach));
  const std::int64_t powerless =
      ctx.ranks.Sum(static_cast<std::int64_t>(found.without_weight));
  const auto wanted = static_cast<std::int64_t>(
      std::nearbyint(pair.probability * static_cast<double>(choice.in_reach)));
  choice.pairs = LowestOfAll(ctx.ranks, std::move(found.pairs),
                             static_cast<std::uint64_t>(wanted));
  const auto chosen = static_cast<std::int64_t>(choice.pairs.size());
  if (chosen < wanted && ctx.ranks.is_root())
    ctx.observer.Warning(absl::StrCat(
        "gap junctions of ", pair.a, " and ", pair.b, ": ", chosen, " of the ",
        wanted, " asked for, because the weight of ", powerless, " of the ",
        choice.in_reach, " pairs within reach is not above 0"));
  return choice;
}

// Places some of the chosen pairs.
class Placer {
 public:
  Placer(const StepContext& ctx, const Plan& plan, const GapPair& pair)
      : ctx_(ctx), plan_(plan), pair_(pair) {}

  absl::Status Open() {
    for (const std::string& name : {pair_.a, pair_.b}) {
      if (sites_.count(name) > 0) continue;
      MIV_ASSIGN_OR_RETURN(const StepInput file,
                           InputOf(ctx_, absl::StrCat("forest:", name)));
      MIV_ASSIGN_OR_RETURN(auto reader, neuroh5::Reader::Open(file.path));
      if (reader.types().populations != plan_.types.populations)
        return InvalidInput(
            {.reason = "INCONSISTENT_INPUT",
             .file = file.label,
             .what = "trees and coordinates are of networks with other "
                     "populations",
             .remedy = "Build both on the same h5_types step."});
      auto kept = std::make_unique<neuroh5::Reader>(std::move(reader));
      sites_.try_emplace(name, *kept, name);
      readers_.push_back(std::move(kept));
    }
    return absl::OkStatus();
  }

  absl::Status Place(absl::Span<const build::GapCandidate> chosen) {
    std::map<std::string, std::vector<std::uint32_t>> needed;
    for (const build::GapCandidate& pair : chosen)
      for (const std::uint32_t gid : {pair.low, pair.high})
        needed[plan_.types.OfGid(gid)->name].push_back(gid);
    for (auto& [population, gids] : needed)
      MIV_RETURN_IF_ERROR(sites_.at(population).Load(std::move(gids)));
    for (const build::GapCandidate& pair : chosen)
      MIV_RETURN_IF_ERROR(PlaceOne(pair));
    return absl::OkStatus();
  }

  const std::vector<Junction>& junctions() const { return junctions_; }

 private:
  absl::Status PlaceOne(const build::GapCandidate& pair) {
    const std::uint32_t gids[] = {pair.low, pair.high};
    const build::JunctionSites* cells[] = {nullptr, nullptr};
    for (int side = 0; side < 2; ++side)
      cells[side] =
          &sites_.at(plan_.types.OfGid(gids[side])->name).Of(gids[side]);
    const auto place = build::PlaceJunction(pair, *cells[0], *cells[1],
                                            pair_.classes, ctx_.seed);
    if (!place)
      return InvalidInput(
          {.reason = "NO_LOCATION",
           .field = absl::StrCat("config.locations.", pair_.a, ".", pair_.b),
           .what = absl::StrCat("the cells ", pair.low, " and ", pair.high,
                                " have none of these section classes in "
                                "common"),
           .remedy = "Name a class that both morphologies have.",
           .gid = pair.low});
    Junction junction{};
    for (int side = 0; side < 2; ++side) {
      junction.gid[side] = gids[side];
      junction.section[side] = place->section[side];
      junction.position[side] = place->position[side];
      junction.coupling[side] = pair_.coupling.At(cells[side]->RootDistance(
          place->section[side], place->position[side]));
    }
    junctions_.push_back(junction);
    return absl::OkStatus();
  }

  const StepContext& ctx_;
  const Plan& plan_;
  const GapPair& pair_;
  std::vector<std::unique_ptr<neuroh5::Reader>> readers_;
  std::map<std::string, SitesOfCells> sites_;
  std::vector<Junction> junctions_;
};

// Collective: the junctions of a pair of populations on every rank, ascending.
absl::StatusOr<std::vector<Junction>> PlaceJunctions(
    StepContext& ctx, const Plan& plan, const GapPair& pair,
    const std::vector<build::GapCandidate>& chosen) {
  Placer placer(ctx, plan, pair);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(placer.Open()));
  const Share mine = ShareOf(chosen.size(), ctx.ranks.rank(), ctx.ranks.size());
  MIV_RETURN_IF_ERROR(RunInRounds(
      ctx, (mine.size() + kJunctionsPerBlock - 1) / kJunctionsPerBlock,
      {absl::StrCat("place junctions of ", pair.a, " and ", pair.b),
       "junctions", chosen.size()},
      [&](std::size_t block) -> absl::StatusOr<std::uint64_t> {
        const std::size_t first = mine.begin + block * kJunctionsPerBlock;
        const std::size_t last =
            std::min<std::size_t>(first + kJunctionsPerBlock, mine.end);
        MIV_RETURN_IF_ERROR(placer.Place(
            absl::MakeConstSpan(chosen).subspan(first, last - first)));
        return last - first;
      }));
  return parallel::AllGatherValues(
      ctx.ranks, absl::Span<const Junction>(placer.junctions()));
}

}  // namespace

absl::StatusOr<nlohmann::json> GapJunctionsStep(StepContext& ctx) {
  WorkMeter meter;
  const auto plan = MakePlan(ctx);
  MIV_RETURN_IF_ERROR(ctx.ranks.AgreeOnStatus(plan.status()));
  MIV_ASSIGN_OR_RETURN(const auto access, parallel::AccessFor(ctx.ranks));
  MIV_ASSIGN_OR_RETURN(neuroh5::Writer writer,
                       neuroh5::Writer::Create(
                           JoinPath(ctx.output_directory, "gap_junctions.h5"),
                           access, plan->types));
  nlohmann::json pairs = nlohmann::json::array();
  for (const GapPair& pair : plan->model.pairs) {
    MIV_ASSIGN_OR_RETURN(const Choice choice, ChoosePairs(ctx, *plan, pair));
    MIV_ASSIGN_OR_RETURN(const std::vector<Junction> junctions,
                         PlaceJunctions(ctx, *plan, pair, choice.pairs));
    const neuroh5::Population& a = *plan->types.Find(pair.a);
    const neuroh5::Population& b = *plan->types.Find(pair.b);
    const bool both = plan->model.both_directions;
    MIV_RETURN_IF_ERROR(
        WriteJunctions(ctx.ranks, writer, junctions, {a, b}, both));
    if (both && pair.a != pair.b)
      MIV_RETURN_IF_ERROR(
          WriteJunctions(ctx.ranks, writer, junctions, {b, a}, both));
    meter.AddEdges(
        ShareOf(junctions.size(), ctx.ranks.rank(), ctx.ranks.size()).size());
    pairs.push_back({{"populations", {pair.a, pair.b}},
                     {"pairs_in_reach", choice.in_reach},
                     {"junctions", junctions.size()}});
  }
  MIV_RETURN_IF_ERROR(writer.Close());
  nlohmann::json report = meter.Report(ctx.ranks);
  report["gap_junctions"] = std::move(pairs);
  return report;
}

}  // namespace miv::worker
