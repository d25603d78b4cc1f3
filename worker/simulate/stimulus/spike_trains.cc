#include "worker/simulate/stimulus/spike_trains.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/keyed_rng.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"

namespace miv::simulate {
namespace {

absl::Status EntryError(const StimulusEntry& entry, absl::string_view field,
                        std::string what, std::string expected,
                        std::string found, std::string remedy = "") {
  Fault fault;
  fault.reason = "STIMULUS";
  fault.field = absl::StrCat(entry.path, ".", field);
  fault.what = std::move(what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  fault.remedy = std::move(remedy);
  return InvalidInput(fault);
}

/// All cells that an entry names, ascending.
absl::StatusOr<std::vector<std::uint32_t>> CellsOf(
    const StimulusEntry& entry, const TrainRequest& request) {
  if (!entry.population.empty()) {
    const neuroh5::Population* population =
        request.types.Find(entry.population);
    if (population == nullptr ||
        std::find(request.artificial.begin(), request.artificial.end(),
                  entry.population) == request.artificial.end()) {
      return EntryError(entry, "population",
                        "there is no such population of artificial cells", "",
                        entry.population,
                        SuggestName(entry.population, request.artificial));
    }
    std::vector<std::uint32_t> gids(population->count);
    std::iota(gids.begin(), gids.end(),
              static_cast<std::uint32_t>(population->start));
    return gids;
  }
  for (const std::uint32_t gid : entry.gids) {
    const neuroh5::Population* population = request.types.OfGid(gid);
    if (population != nullptr &&
        std::find(request.artificial.begin(), request.artificial.end(),
                  population->name) != request.artificial.end()) {
      continue;
    }
    return EntryError(entry, "gids", "the gid is no artificial cell",
                      "cells of populations such as STIM", absl::StrCat(gid));
  }
  return entry.gids;
}

absl::Status CheckByGid(const StimulusEntry& entry,
                        const std::vector<std::uint32_t>& cells) {
  for (const auto& [gid, train] : *entry.by_gid) {
    if (std::binary_search(cells.begin(), cells.end(), gid)) continue;
    return EntryError(entry, absl::StrCat("times.", gid),
                      "the gid is not one of the entry's cells", "",
                      absl::StrCat(gid));
  }
  return absl::OkStatus();
}

/// The train of cell number `i` of the entry.
std::vector<double> TrainOf(
    const StimulusEntry& entry, std::uint32_t index, std::size_t i,
    std::uint32_t gid, const TrainRequest& request,
    const std::map<std::uint32_t, std::vector<double>>& from_file) {
  if (entry.times) return *entry.times;
  if (entry.trains) return (*entry.trains)[i];
  if (entry.rate_hz) {
    return PoissonTrain(request.seed, gid, index, *entry.rate_hz,
                        entry.start_ms,
                        entry.stop_ms.value_or(request.t_end_ms));
  }
  const auto& trains = entry.by_gid ? *entry.by_gid : from_file;
  const auto found = trains.find(gid);
  return found == trains.end() ? std::vector<double>() : found->second;
}

void Merge(std::vector<double> train, std::vector<double>* into) {
  std::vector<double> merged;
  merged.reserve(train.size() + into->size());
  std::merge(into->begin(), into->end(), train.begin(), train.end(),
             std::back_inserter(merged));
  *into = std::move(merged);
}

}  // namespace

std::vector<double> PoissonTrain(std::int64_t seed, std::uint32_t gid,
                                 std::uint32_t entry, double rate_hz,
                                 double start_ms, double stop_ms) {
  std::vector<double> train;
  if (!(rate_hz > 0)) return train;
  KeyedRng rng(seed, "stimulus", gid, entry);
  const double mean_ms = 1000.0 / rate_hz;
  for (double t = start_ms + mean_ms * rng.Exponential(); t < stop_ms;
       t += mean_ms * rng.Exponential()) {
    train.push_back(t);
  }
  return train;
}

absl::StatusOr<Trains> MakeTrains(const TrainRequest& request) {
  Trains trains;
  for (std::size_t e = 0; e < request.entries.size(); ++e) {
    const StimulusEntry& entry = request.entries[e];
    MIV_ASSIGN_OR_RETURN(const std::vector<std::uint32_t> cells,
                         CellsOf(entry, request));
    if (entry.trains && entry.trains->size() != cells.size()) {
      return EntryError(entry, "times", "there is not one train per cell",
                        absl::StrCat(cells.size(), " trains"),
                        absl::StrCat(entry.trains->size()));
    }
    if (entry.by_gid) MIV_RETURN_IF_ERROR(CheckByGid(entry, cells));
    std::vector<std::uint32_t> own;
    std::set_intersection(cells.begin(), cells.end(), request.gids.begin(),
                          request.gids.end(), std::back_inserter(own));
    std::map<std::uint32_t, std::vector<double>> from_file;
    if (!entry.file.empty()) {
      MIV_ASSIGN_OR_RETURN(from_file, request.read_file(e, own));
    }
    for (const std::uint32_t gid : own) {
      const auto i = static_cast<std::size_t>(
          std::lower_bound(cells.begin(), cells.end(), gid) - cells.begin());
      Merge(TrainOf(entry, static_cast<std::uint32_t>(e), i, gid, request,
                    from_file),
            &trains.by_gid[gid]);
    }
  }
  for (const auto& [gid, train] : trains.by_gid) {
    trains.beyond_end += static_cast<std::uint64_t>(
        train.end() -
        std::upper_bound(train.begin(), train.end(), request.t_end_ms));
  }
  return trains;
}

}  // namespace miv::simulate
