// Checks of the trains that an input_spikes step makes.

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/entry_checks.h"
#include "common/pipeline/input_cells.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// Share of the highest rate that a refractory period allows; the hazard
// r / (1 - r tau) that makes up for it stays below 100 / tau.
constexpr double kHighestLoad = 0.99;
constexpr std::size_t kLongestName = 127;  // of neuroh5

absl::Status CheckName(const ResolvedStep& step, const std::string& field) {
  const std::string name = step.config[field];
  if (!name.empty() && name.size() <= kLongestName &&
      name.find('/') == std::string::npos && name != "." && name != ".." &&
      name != "Trial Index" && name != "Trial Duration")
    return absl::OkStatus();
  return ConfigError(step, field,
                     {.reason = "BAD_NAME",
                      .what = "not a name for spike trains in a file",
                      .expected = "1 to 127 characters without \"/\", other "
                                  "than Trial Index and Trial Duration",
                      .found = Show(name)});
}

absl::Status CheckProfile(const ResolvedStep& step, const std::string& field,
                          const json& profile) {
  const json& times = profile["times"];
  if (times.size() != profile["rates"].size())
    return ConfigError(step, FieldPath(field, "rates"),
                       {.reason = "UNEQUAL_LENGTHS",
                        .what = "there is not one rate for each time",
                        .expected = absl::StrCat(times.size()),
                        .found = absl::StrCat(profile["rates"].size())});
  for (std::size_t i = 1; i < times.size(); ++i)
    if (!(times[i] > times[i - 1]))
      return ConfigError(step, FieldPath(FieldPath(field, "times"), i),
                         {.reason = "UNSORTED_TIMES",
                          .what = "the times of the profile do not ascend",
                          .expected = absl::StrCat(
                              "above ", times[i - 1].get<double>(), " ms"),
                          .found = Show(times[i])});
  return absl::OkStatus();
}

// A rate must leave room for the refractory period after each spike.
absl::Status CheckRate(const ResolvedStep& step, const std::string& field,
                       const json& rate, double refractory_ms) {
  if (rate.get<double>() * refractory_ms <= kHighestLoad * 1000)
    return absl::OkStatus();
  return ConfigError(
      step, field,
      {.reason = "OUT_OF_RANGE",
       .what = absl::StrCat("no train with a refractory period of ",
                            refractory_ms, " ms has this rate"),
       .expected =
           absl::StrCat("at most ", kHighestLoad * 1000 / refractory_ms, " Hz"),
       .found = Show(rate),
       .remedy = "Lower the rate or the refractory period."});
}

absl::Status CheckRates(const ResolvedStep& step, const std::string& field,
                        const json& entry) {
  const double refractory =
      entry.value("refractory", step.config["refractory"].get<double>());
  if (entry.contains("rate"))
    return CheckRate(step, FieldPath(field, "rate"), entry["rate"], refractory);
  if (!entry.contains("profile")) return absl::OkStatus();
  const std::string at = FieldPath(field, "profile");
  MIV_RETURN_IF_ERROR(CheckProfile(step, at, entry["profile"]));
  const json& rates = entry["profile"]["rates"];
  for (std::size_t i = 0; i < rates.size(); ++i)
    MIV_RETURN_IF_ERROR(CheckRate(step, FieldPath(FieldPath(at, "rates"), i),
                                  rates[i], refractory));
  return absl::OkStatus();
}

// The times from which and until which the cells fire.
absl::Status CheckWindow(const ResolvedStep& step, const std::string& field,
                         const json& entry) {
  const double duration = step.config["trials"]["duration"];
  const double start = entry.value("start", 0.0);
  if (start >= duration)
    return ConfigError(step, FieldPath(field, "start"),
                       {.reason = "OUT_OF_RANGE",
                        .what = "the input starts after the trial's end",
                        .expected = absl::StrCat("below ", duration, " ms"),
                        .found = Show(entry["start"])});
  const double stop = entry.value("stop", duration);
  if (stop > start && stop <= duration) return absl::OkStatus();
  return ConfigError(
      step, FieldPath(field, "stop"),
      {.reason = "OUT_OF_RANGE",
       .what = stop > start ? "the input ends after the trial"
                            : "the input ends before it starts",
       .expected = absl::StrCat("above ", start, ", at most ", duration, " ms"),
       .found = Show(entry["stop"])});
}

absl::Status CheckTrains(const Draft& draft, std::size_t index,
                         const std::string& field, const json& entry) {
  const ResolvedStep& step = draft.step(index);
  for (const char* name : {"start", "stop", "modulation", "refractory"})
    if (entry.contains(name))
      return ConfigError(step, FieldPath(field, name),
                         {.reason = "CONFLICT",
                          .what = "the field has no meaning together with "
                                  "trains, which are taken as they are"});
  const double duration = step.config["trials"]["duration"];
  const std::string at = FieldPath(field, "trains");
  for (const auto& [key, times] : entry["trains"].items()) {
    MIV_ASSIGN_OR_RETURN(const std::uint32_t gid, CheckGidKey(step, at, key));
    const std::string train = FieldPath(at, key);
    MIV_RETURN_IF_ERROR(CheckTargets(draft, index, train, {{"gid", gid}}));
    MIV_RETURN_IF_ERROR(CheckTrain(step, train, times));
    if (!times.empty() && times.back() >= duration)
      return ConfigError(step, FieldPath(train, times.size() - 1),
                         {.reason = "OUT_OF_RANGE",
                          .what = "a spike after the end of the trial",
                          .expected = absl::StrCat("below ", duration, " ms"),
                          .found = Show(times.back()),
                          .remedy = "Raise trials.duration."});
  }
  return absl::OkStatus();
}

absl::Status CheckEntry(const Draft& draft, std::size_t index,
                        const std::string& field, const json& entry) {
  const ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(
      CheckOneOf(step, field, entry, {"rate", "profile", "trains"}));
  const std::vector<std::string> cells =
      entry.contains("trains")
          ? std::vector<std::string>{"population", "gids", "trains"}
          : std::vector<std::string>{"population", "gids"};
  MIV_RETURN_IF_ERROR(CheckOneOf(step, field, entry, cells));
  if (entry.contains("trains")) return CheckTrains(draft, index, field, entry);
  MIV_RETURN_IF_ERROR(CheckTargets(draft, index, field, entry));
  MIV_RETURN_IF_ERROR(CheckRates(step, field, entry));
  return CheckWindow(step, field, entry);
}

// No cell has two inputs: their sum would break the refractory period.
absl::Status CheckDisjoint(const Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  const json& inputs = step.config["inputs"];
  std::vector<std::pair<GidRange, std::size_t>> runs;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    for (const GidRange& range : CellsOfInput(draft, index, inputs[i]))
      runs.emplace_back(range, i);
  std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
    return a.first.begin < b.first.begin;
  });
  for (std::size_t r = 1; r < runs.size(); ++r) {
    if (runs[r].first.begin >= runs[r - 1].first.end) continue;
    const auto [first, second] =
        std::minmax(runs[r - 1].second, runs[r].second);
    return ConfigError(
        step, FieldPath("inputs", second),
        {.reason = "DUPLICATE_VALUE",
         .what = "a cell has more than one input",
         .expected = "each cell in one entry only",
         .found = absl::StrCat("gid ", runs[r].first.begin, ", also in inputs[",
                               first, "]"),
         .remedy = "Put the second input into a step of its own; a simulation "
                   "adds up the stimuli of a cell."});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckInputSpikes(Draft& draft, std::size_t index) {
  const ResolvedStep& step = draft.step(index);
  MIV_RETURN_IF_ERROR(CheckName(step, "namespace"));
  MIV_RETURN_IF_ERROR(CheckName(step, "attribute"));
  const json& inputs = step.config["inputs"];
  for (std::size_t i = 0; i < inputs.size(); ++i)
    MIV_RETURN_IF_ERROR(
        CheckEntry(draft, index, FieldPath("inputs", i), inputs[i]));
  return CheckDisjoint(draft, index);
}

}  // namespace miv::pipeline
