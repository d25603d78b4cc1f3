#include "worker/build/steps/input_config.h"

#include <numeric>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/build/steps/config_fields.h"

namespace miv::worker {
namespace {

using nlohmann::json;

absl::Status InputError(const std::string& field, std::string what,
                        std::string expected = "", std::string found = "") {
  return InvalidInput({.reason = "INPUT_SPIKES",
                       .field = absl::StrCat("config.", field),
                       .what = std::move(what),
                       .expected = std::move(expected),
                       .found = std::move(found)});
}

absl::StatusOr<build::Trials> TrialsOf(const json& config) {
  MIV_ASSIGN_OR_RETURN(const json* record, ObjectField(config, "trials"));
  build::Trials trials;
  MIV_ASSIGN_OR_RETURN(const std::int64_t count, IntegerField(*record, "n"));
  MIV_ASSIGN_OR_RETURN(trials.duration_ms, NumberField(*record, "duration"));
  MIV_ASSIGN_OR_RETURN(trials.equilibration_ms,
                       NumberField(config, "equilibration"));
  if (count < 1 || count > 256)
    return InputError("trials.n", "the number of trials is out of range",
                      "1 to 256", absl::StrCat(count));
  if (!(trials.duration_ms > 0) || !(trials.equilibration_ms >= 0))
    return InputError("trials", "a trial has no length");
  trials.count = static_cast<int>(count);
  return trials;
}

absl::StatusOr<std::vector<double>> Numbers(const json& record,
                                            const char* name) {
  const json* list = FindField(record, name);
  std::vector<double> numbers;
  if (list == nullptr || !list->is_array())
    return InputError(absl::StrCat("inputs.profile.", name), "no list");
  for (const json& item : *list) {
    if (!item.is_number())
      return InputError(absl::StrCat("inputs.profile.", name), "no numbers");
    numbers.push_back(item.get<double>());
  }
  return numbers;
}

absl::StatusOr<build::RateProfile> ProfileOf(const json& entry) {
  build::RateProfile profile;
  if (FindField(entry, "rate") != nullptr) {
    MIV_ASSIGN_OR_RETURN(const double rate, NumberField(entry, "rate"));
    profile.times_ms = {0};
    profile.rates_hz = {rate};
    return profile;
  }
  MIV_ASSIGN_OR_RETURN(const json* record, ObjectField(entry, "profile"));
  MIV_ASSIGN_OR_RETURN(profile.times_ms, Numbers(*record, "times"));
  MIV_ASSIGN_OR_RETURN(profile.rates_hz, Numbers(*record, "rates"));
  MIV_ASSIGN_OR_RETURN(const std::string interpolation,
                       TextField(*record, "interpolation"));
  if (interpolation == "step")
    profile.interpolation = build::Interpolation::kStep;
  else if (interpolation != "linear")
    return InputError("inputs.profile.interpolation", "no such interpolation",
                      "linear or step", interpolation);
  return profile;
}

absl::StatusOr<std::optional<build::PhaseModulation>> ModulationOf(
    const json& entry) {
  const json* record = FindField(entry, "modulation");
  if (record == nullptr) return std::optional<build::PhaseModulation>();
  build::PhaseModulation modulation;
  MIV_ASSIGN_OR_RETURN(modulation.frequency_hz,
                       NumberField(*record, "frequency"));
  MIV_ASSIGN_OR_RETURN(modulation.depth, NumberField(*record, "depth"));
  MIV_ASSIGN_OR_RETURN(modulation.phase_deg, NumberField(*record, "phase"));
  return std::optional(modulation);
}

// A field of the entry, or this value.
absl::StatusOr<double> NumberOr(const json& entry, const char* name,
                                double fallback) {
  if (FindField(entry, name) == nullptr) return fallback;
  return NumberField(entry, name);
}

absl::StatusOr<build::SpikeProcess> ProcessOf(const json& config,
                                              const json& entry,
                                              const build::Trials& trials) {
  build::RateSpec spec;
  MIV_ASSIGN_OR_RETURN(spec.profile, ProfileOf(entry));
  MIV_ASSIGN_OR_RETURN(spec.modulation, ModulationOf(entry));
  MIV_ASSIGN_OR_RETURN(spec.start_ms, NumberOr(entry, "start", 0));
  MIV_ASSIGN_OR_RETURN(spec.stop_ms,
                       NumberOr(entry, "stop", trials.duration_ms));
  if (spec.stop_ms > trials.duration_ms)
    return InputError("inputs.stop", "the input ends after the trial",
                      absl::StrCat("at most ", trials.duration_ms),
                      absl::StrCat(spec.stop_ms));
  spec.equilibration_ms = trials.equilibration_ms;
  MIV_ASSIGN_OR_RETURN(auto rate, build::RateFunction::Create(std::move(spec)));
  MIV_ASSIGN_OR_RETURN(const double usual, NumberField(config, "refractory"));
  MIV_ASSIGN_OR_RETURN(const double refractory,
                       NumberOr(entry, "refractory", usual));
  return build::SpikeProcess::Create(std::move(rate), refractory);
}

absl::StatusOr<std::vector<double>> TrainOf(const json& list,
                                            const std::string& field,
                                            const build::Trials& trials) {
  std::vector<double> train;
  for (const json& item : list) {
    const double t = item.is_number() ? item.get<double>() : -1;
    if (!(t >= 0 && t < trials.duration_ms &&
          (train.empty() || t >= train.back())))
      return InputError(field, "a spike time is out of order",
                        absl::StrCat("ascending times from 0 to below ",
                                     trials.duration_ms, " ms"),
                        item.dump());
    train.push_back(t);
  }
  return train;
}

absl::StatusOr<InputEntry> EntryOf(const json& config, const json& entry,
                                   const std::string& field,
                                   const build::Trials& trials) {
  InputEntry parsed;
  const json* trains = FindField(entry, "trains");
  if (trains == nullptr) {
    auto process = ProcessOf(config, entry, trials);
    if (!process.ok())
      return WithContext(process.status(), {.field = "config." + field});
    parsed.process = *std::move(process);
    return parsed;
  }
  for (const auto& [key, list] : trains->items()) {
    const std::string at = absl::StrCat(field, ".trains.", key);
    std::uint32_t gid = 0;
    if (!absl::SimpleAtoi(key, &gid)) return InputError(at, "not a gid");
    MIV_ASSIGN_OR_RETURN(parsed.trains[gid], TrainOf(list, at, trials));
  }
  return parsed;
}

absl::StatusOr<std::vector<std::uint32_t>> CellsOfEntry(
    const json& entry, const InputEntry& parsed, const std::string& field,
    const neuroh5::Types& types) {
  std::vector<std::uint32_t> gids;
  if (FindField(entry, "population") != nullptr) {
    MIV_ASSIGN_OR_RETURN(const std::string name,
                         TextField(entry, "population"));
    const neuroh5::Population* population = types.Find(name);
    if (population == nullptr)
      return InputError(field + ".population", "no such population", "", name);
    gids.resize(population->count);
    std::iota(gids.begin(), gids.end(),
              static_cast<std::uint32_t>(population->start));
    return gids;
  }
  const json* list = FindField(entry, "gids");
  if (list != nullptr)
    for (const json& gid : *list) gids.push_back(gid.get<std::uint32_t>());
  for (const auto& [gid, train] : parsed.trains) gids.push_back(gid);
  for (const std::uint32_t gid : gids)
    if (types.OfGid(gid) == nullptr)
      return InputError(field, "the network has no such cell", "",
                        absl::StrCat("gid ", gid));
  return gids;
}

}  // namespace

build::CellTrain InputModel::TrainOf(const Cells& cells, std::size_t i,
                                     std::int64_t seed) const {
  const InputEntry& entry = entries[cells.entry_of[i]];
  const std::uint32_t gid = cells.gids[i];
  if (entry.process) return entry.process->DrawTrials(trials, seed, gid);
  return build::RepeatTrain(entry.trains.at(gid), trials);
}

absl::StatusOr<InputModel> InputModelOf(const json& config,
                                        const neuroh5::Types& types) {
  InputModel model;
  MIV_ASSIGN_OR_RETURN(model.trials, TrialsOf(config));
  const json* inputs = FindField(config, "inputs");
  if (inputs == nullptr || !inputs->is_array())
    return InputError("inputs", "no list of inputs");
  std::map<std::uint32_t, std::uint32_t> entry_of;
  for (std::uint32_t e = 0; e < inputs->size(); ++e) {
    const std::string field = absl::StrCat("inputs[", e, "]");
    MIV_ASSIGN_OR_RETURN(auto entry,
                         EntryOf(config, (*inputs)[e], field, model.trials));
    MIV_ASSIGN_OR_RETURN(const auto gids,
                         CellsOfEntry((*inputs)[e], entry, field, types));
    for (const std::uint32_t gid : gids)
      if (!entry_of.emplace(gid, e).second)
        return InputError(field, "a cell has more than one input", "",
                          absl::StrCat("gid ", gid));
    model.entries.push_back(std::move(entry));
  }
  for (const neuroh5::Population& population : types.populations) {
    InputModel::Cells cells{population, {}, {}};
    for (auto it =
             entry_of.lower_bound(static_cast<std::uint32_t>(population.start));
         it != entry_of.end() && population.Contains(it->first); ++it) {
      cells.gids.push_back(it->first);
      cells.entry_of.push_back(it->second);
    }
    if (!cells.gids.empty()) model.populations.push_back(std::move(cells));
  }
  return model;
}

}  // namespace miv::worker
