#include "worker/simulate/cells/survey.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/coordinates.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/trees.h"
#include "worker/simulate/cells/placement.h"

namespace miv::simulate {
namespace {

constexpr char kVecStim[] = "VecStim";

// Relative costs of integrating: one 3-d point stands for a share of a segment
// with its channels, one synapse for its share of a point process and events.
constexpr double kPointCost = 1.0;
constexpr double kSynapseCost = 0.2;
constexpr double kArtificialCost = 0;

/// Mean number of values of an attribute per cell, 0 if it is absent.
absl::StatusOr<double> MeanValues(const neuroh5::Reader& reader,
                                  const std::string& population,
                                  absl::string_view name_space,
                                  absl::string_view attribute) {
  if (!reader.HasNamespace(population, name_space)) return 0.0;
  MIV_ASSIGN_OR_RETURN(const auto attributes,
                       reader.CellAttributes(population, name_space));
  for (const neuroh5::CellAttributeInfo& info : attributes) {
    if (info.name != attribute || info.cells == 0) continue;
    return static_cast<double>(info.values) / static_cast<double>(info.cells);
  }
  return 0.0;
}

absl::StatusOr<double> CostOf(const neuroh5::Reader& reader,
                              const LoadedPopulation& population) {
  if (!population.has_trees) return kArtificialCost;
  const std::string& name = population.info.name;
  MIV_ASSIGN_OR_RETURN(
      const double points,
      MeanValues(reader, name, neuroh5::kTrees, neuroh5::kXCoordinate));
  MIV_ASSIGN_OR_RETURN(
      const double synapses,
      MeanValues(reader, name, neuroh5::kSynapseAttributes, neuroh5::kSynIds));
  return kPointCost * points + kSynapseCost * synapses;
}

absl::StatusOr<std::vector<std::uint32_t>> GidsOf(
    const neuroh5::Reader& reader, const LoadedPopulation& population) {
  std::vector<std::uint32_t> gids;
  if (population.has_trees) {
    MIV_ASSIGN_OR_RETURN(gids, neuroh5::TreeGids(reader, population.info.name));
  } else if (!population.coordinates.empty()) {
    MIV_ASSIGN_OR_RETURN(
        gids, reader.CellIndex(population.info.name, population.coordinates,
                               "X Coordinate"));
  } else {
    gids.resize(population.info.count);
    std::iota(gids.begin(), gids.end(),
              static_cast<std::uint32_t>(population.info.start));
  }
  std::sort(gids.begin(), gids.end());
  gids.erase(std::unique(gids.begin(), gids.end()), gids.end());
  return gids;
}

absl::Status NoCellType(const neuroh5::Reader& reader,
                        const std::string& population) {
  Fault fault;
  fault.reason = "CELL_TYPE_MISSING";
  fault.field = absl::StrCat("cell_types.", population);
  fault.file = reader.path();
  fault.what = "the file has cells of a population without a cell type";
  fault.remedy =
      absl::StrCat("Add cell_types.", population, ".template to the config.");
  return InvalidInput(fault);
}

absl::StatusOr<LoadedPopulation> SurveyPopulation(
    const neuroh5::Reader& reader, const neuroh5::Population& info,
    const std::map<std::string, CellType>& types) {
  LoadedPopulation population;
  population.info = info;
  population.has_trees = reader.HasNamespace(info.name, neuroh5::kTrees);
  MIV_ASSIGN_OR_RETURN(population.coordinates,
                       neuroh5::CoordinateNamespace(reader, info.name));
  const auto type = types.find(info.name);
  if (type != types.end()) {
    population.type = type->second;
  } else if (population.has_trees) {
    return NoCellType(reader, info.name);
  } else {
    population.type.population = info.name;
    population.type.template_name = kVecStim;
    population.type.template_file = absl::StrCat(kVecStim, ".hoc");
  }
  MIV_ASSIGN_OR_RETURN(population.gids, GidsOf(reader, population));
  MIV_ASSIGN_OR_RETURN(population.cost, CostOf(reader, population));
  return population;
}

}  // namespace

absl::StatusOr<Survey> SurveyCells(
    const neuroh5::Reader& reader,
    const std::map<std::string, CellType>& types) {
  Survey survey;
  for (const neuroh5::Population& info : reader.types().populations) {
    MIV_ASSIGN_OR_RETURN(LoadedPopulation population,
                         SurveyPopulation(reader, info, types));
    survey.populations.push_back(std::move(population));
  }
  std::sort(survey.populations.begin(), survey.populations.end(),
            [](const LoadedPopulation& a, const LoadedPopulation& b) {
              return a.info.name < b.info.name;
            });
  for (const auto& [name, type] : types) {
    if (reader.types().Find(name) != nullptr) continue;
    survey.warnings.push_back(absl::StrCat(
        "cell_types.", name, ": the network has no such population"));
  }
  return survey;
}

std::vector<std::vector<int>> PlacePopulations(
    const std::vector<LoadedPopulation>& populations, int ranks) {
  std::vector<CostedCells> cells;
  for (const LoadedPopulation& population : populations) {
    cells.push_back({static_cast<std::uint32_t>(population.info.start),
                     static_cast<std::uint32_t>(population.gids.size()),
                     population.cost});
  }
  const std::vector<int> flat = PlaceCells(cells, ranks);
  std::vector<std::vector<int>> ranks_of;
  auto next = flat.begin();
  for (const LoadedPopulation& population : populations) {
    const auto end = next + static_cast<std::ptrdiff_t>(population.gids.size());
    ranks_of.emplace_back(next, end);
    next = end;
  }
  return ranks_of;
}

bool HasMembrane(const std::vector<LoadedPopulation>& populations,
                 std::uint32_t gid) {
  return std::any_of(populations.begin(), populations.end(),
                     [gid](const LoadedPopulation& population) {
                       return !population.artificial &&
                              std::binary_search(population.gids.begin(),
                                                 population.gids.end(), gid);
                     });
}

}  // namespace miv::simulate
