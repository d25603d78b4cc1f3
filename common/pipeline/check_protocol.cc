// Checks of what a simulation does to its cells and reads from them.

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/entry_checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// [t, ...] for all cells, [[t, ...], ...] one per cell, or {gid: [t, ...]}.
absl::Status CheckTimes(const ResolvedStep& step, const std::string& field,
                        const json& entry) {
  const json& times = entry["times"];
  const std::string at = FieldPath(field, "times");
  if (times.is_object()) {
    for (const auto& [gid, train] : times.items()) {
      MIV_RETURN_IF_ERROR(CheckGidKey(step, at, gid).status());
      MIV_RETURN_IF_ERROR(CheckTrain(step, FieldPath(at, gid), train));
    }
    return absl::OkStatus();
  }
  if (times.empty() || times[0].is_number()) {
    for (std::size_t i = 0; i < times.size(); ++i)
      if (!times[i].is_number())
        return ConfigError(step, FieldPath(at, i),
                           {.reason = "WRONG_TYPE",
                            .what = "numbers and lists stand side by side",
                            .expected = "one train, or one list per cell"});
    return CheckTrain(step, at, times);
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!times[i].is_array())
      return ConfigError(step, FieldPath(at, i),
                         {.reason = "WRONG_TYPE",
                          .what = "numbers and lists stand side by side",
                          .expected = "one train, or one list per cell"});
    MIV_RETURN_IF_ERROR(CheckTrain(step, FieldPath(at, i), times[i]));
  }
  return absl::OkStatus();
}

// One list of times per cell: as many as there are cells.
absl::Status CheckTrainCount(const Draft& draft, std::size_t index,
                             const std::string& field, const json& entry) {
  const json times = entry.value("times", json());
  if (!times.is_array() || times.empty() || !times[0].is_array())
    return absl::OkStatus();
  const json* cells = CellsOf(draft, index);
  std::int64_t expected = static_cast<std::int64_t>(times.size());
  if (entry.contains("gids"))
    expected = static_cast<std::int64_t>(entry["gids"].size());
  else if (cells != nullptr)
    expected = TotalCells((*cells)[entry["population"].get<std::string>()]);
  if (expected == static_cast<std::int64_t>(times.size()))
    return absl::OkStatus();
  return ConfigError(draft.step(index), FieldPath(field, "times"),
                     {.reason = "UNEQUAL_LENGTHS",
                      .what = "there is not one train for each cell",
                      .expected = absl::StrCat(expected),
                      .found = absl::StrCat(times.size())});
}

// How many times are never reached, over all trains of an entry.
std::int64_t TimesAfter(const json& times, double t_end) {
  if (times.is_number()) return times > t_end ? 1 : 0;
  std::int64_t count = 0;
  for (const json& member : times) count += TimesAfter(member, t_end);
  return count;
}

absl::Status CheckStimulus(Draft& draft, std::size_t index,
                           const std::string& field, const json& entry) {
  const ResolvedStep& step = draft.step(index);
  const bool by_gid = entry.contains("times") && entry["times"].is_object() &&
                      !entry.contains("population") && !entry.contains("gids");
  if (!by_gid)
    MIV_RETURN_IF_ERROR(CheckOneOf(step, field, entry, {"population", "gids"}));
  MIV_RETURN_IF_ERROR(
      CheckOneOf(step, field, entry, {"times", "rate", "file"}));
  MIV_RETURN_IF_ERROR(
      CheckBelongsTo(step, field, entry, "rate", {"start", "stop"}));
  MIV_RETURN_IF_ERROR(
      CheckBelongsTo(step, field, entry, "file", {"namespace", "attribute"}));
  MIV_RETURN_IF_ERROR(CheckTargets(draft, index, field, entry));
  if (entry.contains("stop") && entry["stop"] <= entry.value("start", 0.0))
    return ConfigError(
        step, FieldPath(field, "stop"),
        {.reason = "OUT_OF_RANGE",
         .what = "the stimulus ends before it starts",
         .expected = absl::StrCat("a number above ", entry.value("start", 0.0)),
         .found = Show(entry["stop"])});
  if (!entry.contains("times")) return absl::OkStatus();
  MIV_RETURN_IF_ERROR(CheckTimes(step, field, entry));
  MIV_RETURN_IF_ERROR(CheckTrainCount(draft, index, field, entry));
  const std::int64_t late = TimesAfter(entry["times"], step.config["t_end"]);
  if (late > 0)
    Warn(draft, step, FieldPath(field, "times"),
         absl::StrCat(late, late == 1 ? " time lies" : " times lie",
                      " after t_end and are never reached."));
  return absl::OkStatus();
}

// NEURON's SEClamp holds three.
constexpr std::size_t kHeldPotentials = 3;

// Below this, in megohm, a clamped soma follows faster than any usual dt.
constexpr double kStiffResistance = 0.1;

absl::Status CheckHeldPotentials(Draft& draft, std::size_t index,
                                 const std::string& field, const json& entry) {
  const ResolvedStep& step = draft.step(index);
  const std::size_t levels = entry["levels"].size();
  if (levels > kHeldPotentials)
    return ConfigError(step, FieldPath(field, "levels"),
                       {.reason = "OUT_OF_RANGE",
                        .what = "a voltage clamp cannot hold so many "
                                "potentials",
                        .expected = absl::StrCat("1 to ", kHeldPotentials),
                        .found = absl::StrCat(levels)});
  const std::size_t durations = entry.value("durations", json::array()).size();
  if (durations != levels)
    return ConfigError(step, FieldPath(field, "durations"),
                       {.reason = "UNEQUAL_LENGTHS",
                        .what = "there is not one duration for each level",
                        .expected = absl::StrCat(levels),
                        .found = absl::StrCat(durations)});
  if (entry.value("rs", 1.0) < kStiffResistance &&
      step.config["secondorder"] > 0)
    Warn(draft, step, FieldPath(field, "rs"),
         "Crank-Nicolson (secondorder 1 or 2) rings after each step of so "
         "stiff a clamp: use secondorder 0, or a larger resistance.");
  return absl::OkStatus();
}

absl::Status CheckClamp(Draft& draft, std::size_t index,
                        const std::string& field, const json& entry) {
  const ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(
      CheckOneOf(step, field, entry, {"gid", "gids", "population"}));
  MIV_RETURN_IF_ERROR(CheckTargets(draft, index, field, entry));
  MIV_RETURN_IF_ERROR(CheckOneOf(step, field, entry, {"amp", "levels"}));
  MIV_RETURN_IF_ERROR(
      CheckBelongsTo(step, field, entry, "amp", {"delay", "dur"}));
  MIV_RETURN_IF_ERROR(
      CheckBelongsTo(step, field, entry, "levels", {"durations", "rs"}));
  if (entry.contains("levels"))
    return CheckHeldPotentials(draft, index, field, entry);
  if (entry.contains("dur")) return absl::OkStatus();
  return ConfigError(step, FieldPath(field, "dur"),
                     {.reason = "MISSING_FIELD",
                      .what = "a current clamp needs the field",
                      .expected = "a number"});
}

}  // namespace

absl::Status CheckTargets(const Draft& draft, std::size_t index,
                          const std::string& field, const json& entry) {
  if (entry.contains("population"))
    MIV_RETURN_IF_ERROR(CheckPopulation(
        draft, index, FieldPath(field, "population"), entry["population"]));
  const json* cells = CellsOf(draft, index);
  if (cells == nullptr) return absl::OkStatus();
  std::int64_t total = 0;
  for (const auto& [name, layers] : cells->items()) total += TotalCells(layers);
  const auto check = [&](const std::string& at, std::int64_t gid) {
    if (gid < total) return absl::OkStatus();
    return ConfigError(draft.step(index), at,
                       {.reason = "OUT_OF_RANGE",
                        .what = "the network has no such cell",
                        .expected = absl::StrCat("a gid from 0 to ", total - 1),
                        .found = absl::StrCat(gid)});
  };
  if (entry.contains("gid"))
    MIV_RETURN_IF_ERROR(check(FieldPath(field, "gid"), entry["gid"]));
  if (entry.contains("gids"))
    for (std::size_t i = 0; i < entry["gids"].size(); ++i)
      MIV_RETURN_IF_ERROR(
          check(FieldPath(FieldPath(field, "gids"), i), entry["gids"][i]));
  return absl::OkStatus();
}

absl::Status CheckStimuli(Draft& draft, std::size_t index) {
  const json stimuli = draft.step(index).config["stimulus"];
  for (std::size_t i = 0; i < stimuli.size(); ++i)
    MIV_RETURN_IF_ERROR(
        CheckStimulus(draft, index, FieldPath("stimulus", i), stimuli[i]));
  return absl::OkStatus();
}

absl::Status CheckClamps(Draft& draft, std::size_t index) {
  const json& clamps = draft.step(index).config["clamps"];
  for (std::size_t i = 0; i < clamps.size(); ++i)
    MIV_RETURN_IF_ERROR(
        CheckClamp(draft, index, FieldPath("clamps", i), clamps[i]));
  return absl::OkStatus();
}

}  // namespace miv::pipeline
