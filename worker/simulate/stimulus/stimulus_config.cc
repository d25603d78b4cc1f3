#include "worker/simulate/stimulus/stimulus_config.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

/// Times in ms, checked.
std::vector<double> ParseTrain(const nlohmann::json& list,
                               const std::string& name, Fields* fields) {
  std::vector<double> train;
  if (!list.is_array()) {
    fields->Fail(name, "the spike times are no list", "a list of times in ms",
                 list.dump().substr(0, 60));
    return train;
  }
  for (const nlohmann::json& item : list) {
    const double t = item.is_number() ? item.get<double>() : std::nan("");
    if (!std::isfinite(t) || t < 0) {
      fields->Fail(name, "a spike time is no time",
                   "finite numbers from 0, in ms", item.dump());
      return train;
    }
    if (!train.empty() && t < train.back()) {
      fields->Fail(name, "the spike times are not ascending",
                   absl::StrCat("at least ", train.back()), absl::StrCat(t),
                   "Sort the times.");
      return train;
    }
    train.push_back(t);
  }
  return train;
}

void ParseTimes(const nlohmann::json& times, Fields* fields,
                StimulusEntry* entry) {
  if (times.is_object()) {
    entry->by_gid.emplace();
    for (const auto& [key, list] : times.items()) {
      std::uint32_t gid = 0;
      const std::string name = absl::StrCat("times.", key);
      if (!absl::SimpleAtoi(key, &gid)) {
        fields->Fail(name, "the key is no gid", "a whole number from 0", key);
        return;
      }
      (*entry->by_gid)[gid] = ParseTrain(list, name, fields);
      if (entry->population.empty()) entry->gids.push_back(gid);
    }
  } else if (times.is_array() && !times.empty() && times[0].is_array()) {
    entry->trains.emplace();
    for (std::size_t i = 0; i < times.size(); ++i) {
      entry->trains->push_back(
          ParseTrain(times[i], absl::StrCat("times[", i, "]"), fields));
    }
  } else {
    entry->times = ParseTrain(times, "times", fields);
  }
}

void ParseRate(Fields* fields, StimulusEntry* entry) {
  entry->rate_hz = fields->OptionalNumber("rate");
  entry->start_ms = fields->Number("start", 0);
  entry->stop_ms = fields->OptionalNumber("stop");
  if (entry->rate_hz && *entry->rate_hz < 0) {
    fields->Fail("rate", "the rate is negative", "at least 0 Hz",
                 absl::StrCat(*entry->rate_hz));
  }
  if (entry->start_ms < 0) {
    fields->Fail("start", "the start is negative", "at least 0 ms",
                 absl::StrCat(entry->start_ms));
  }
}

absl::StatusOr<StimulusEntry> ParseEntry(const nlohmann::json& record,
                                         const std::string& path) {
  Fields fields(record, path);
  StimulusEntry entry;
  entry.path = path;
  entry.population = fields.Text("population", "");
  entry.gids = fields.Gids("gids");
  const bool keyed = fields.Raw("times").is_object();
  if (fields.Has("times")) ParseTimes(fields.Raw("times"), &fields, &entry);
  ParseRate(&fields, &entry);
  entry.file = fields.Text("file", "");
  entry.name_space = fields.Text("namespace", "Input Spikes");
  entry.attribute = fields.Text("attribute", entry.attribute);
  if (entry.population.empty() ? entry.gids.empty() && !keyed
                               : fields.Has("gids")) {
    fields.Fail("population", "the cells are not named in one way",
                "either population or gids");
  }
  const int sources = (fields.Has("times") ? 1 : 0) +
                      (fields.Has("rate") ? 1 : 0) +
                      (entry.file.empty() ? 0 : 1);
  if (sources != 1) {
    fields.Fail("times", "the spikes do not come from one source",
                "exactly one of times, rate and file",
                absl::StrCat(sources, " of them"));
  }
  std::sort(entry.gids.begin(), entry.gids.end());
  entry.gids.erase(std::unique(entry.gids.begin(), entry.gids.end()),
                   entry.gids.end());
  MIV_RETURN_IF_ERROR(fields.Finish());
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<StimulusEntry>> ParseStimulus(
    const nlohmann::json& config) {
  std::vector<StimulusEntry> entries;
  if (config.is_null()) return entries;
  if (!config.is_array()) {
    Fields fields(nlohmann::json::object(), "");
    fields.Fail("stimulus", "the field is not a list", "a list of records",
                config.dump().substr(0, 60));
    return fields.Finish();
  }
  for (std::size_t i = 0; i < config.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(
        entries.emplace_back(),
        ParseEntry(config[i], absl::StrCat("stimulus[", i, "]")));
  }
  return entries;
}

}  // namespace miv::simulate
