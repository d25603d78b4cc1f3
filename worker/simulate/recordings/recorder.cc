#include "worker/simulate/recordings/recorder.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/parallel/exchange.h"
#include "worker/simulate/lfp/lfp_config.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate {
namespace {

absl::Status RecordError(const Recording& recording, absl::string_view field,
                         std::string what, std::string found) {
  Fault fault;
  fault.reason = "RECORD";
  fault.field = absl::StrCat(recording.path, ".", field);
  fault.what = std::move(what);
  fault.found = std::move(found);
  return InvalidInput(fault);
}

/// Gids of all ranks that are to be recorded, ascending.
absl::StatusOr<std::vector<std::uint32_t>> WantedGids(
    const Recording& recording, const Recorder::Request& request) {
  if (!recording.population.empty()) {
    const int index = request.cells.Find(recording.population);
    if (index < 0 || request.cells.populations[index].artificial) {
      return RecordError(recording, "population",
                         "there is no such population of cells with a membrane",
                         recording.population);
    }
    return SelectCells(recording, request.seed,
                       request.cells.populations[index].gids);
  }
  for (const std::uint32_t gid : recording.gids) {
    bool known = false;
    for (const LoadedPopulation& population : request.cells.populations) {
      known = known || (!population.artificial &&
                        std::binary_search(population.gids.begin(),
                                           population.gids.end(), gid));
    }
    if (!known) {
      return RecordError(recording, "gids",
                         "the gid is no cell with a membrane",
                         absl::StrCat(gid));
    }
  }
  return recording.gids;
}

/// Indices of the sections of a cell that are recorded.
absl::StatusOr<std::vector<int>> WantedSections(const Recording& recording,
                                                const ModelCell& cell) {
  if (recording.section_index) {
    if (*recording.section_index < static_cast<int>(cell.sections.size())) {
      return std::vector<int>{*recording.section_index};
    }
    return RecordError(recording, "section", "a cell lacks the section",
                       absl::StrCat("gid ", cell.gid, " with ",
                                    cell.sections.size(), " sections"));
  }
  std::vector<int> sections;
  if (recording.section_class == "all") {
    sections.resize(cell.sections.size());
    std::iota(sections.begin(), sections.end(), 0);
    return sections;
  }
  for (const SectionClass& known : kSectionClasses) {
    if (recording.section_class == known.name) {
      sections = cell.OfClass(known.swc_type);
    }
  }
  std::sort(sections.begin(), sections.end());
  return sections;
}

std::vector<double> WantedPlaces(const Recording& recording, int nseg) {
  if (recording.loc) return {*recording.loc};
  std::vector<double> centres;
  for (int i = 0; i < nseg; ++i) centres.push_back((i + 0.5) / nseg);
  return centres;
}

/// Column of each trace in the table that is sorted by place; `sorted` receives
/// the places in that order.
std::vector<std::size_t> SortedColumns(const std::vector<TracePlace>& places,
                                       std::vector<TracePlace>* sorted) {
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return places[a] < places[b];
  });
  std::vector<std::size_t> column(places.size());
  sorted->clear();
  for (std::size_t k = 0; k < order.size(); ++k) {
    column[order[k]] = k;
    sorted->push_back(places[order[k]]);
  }
  return column;
}

/// values: the tables [samples][counts[r]] of all ranks r, one after another.
std::vector<double> Merge(const std::vector<double>& values,
                          const std::vector<std::int64_t>& counts,
                          const std::vector<std::size_t>& column,
                          std::uint64_t samples) {
  std::vector<double> merged(values.size());
  std::size_t at = 0;
  std::size_t first = 0;
  for (const std::int64_t count : counts) {
    const auto width = static_cast<std::size_t>(count);
    for (std::uint64_t sample = 0; sample < samples; ++sample) {
      for (std::size_t k = 0; k < width; ++k) {
        merged[sample * column.size() + column[first + k]] = values[at++];
      }
    }
    first += width;
  }
  return merged;
}

}  // namespace

absl::Status Recorder::AddChannel(const Recording& recording,
                                  const Request& request) {
  Channel channel;
  channel.traces.recording = recording;
  channel.traces.dt_ms = recording.dt_ms > 0 ? recording.dt_ms : request.dt_ms;
  MIV_ASSIGN_OR_RETURN(channel.steps_per_sample,
                       StepsPerSample(absl::StrCat(recording.path, ".dt"),
                                      channel.traces.dt_ms, request.dt_ms));
  const auto unit = neuron::RangeUnit(recording.variable);
  if (!unit.ok()) {
    return RecordError(recording, "variable",
                       "no mechanism has such a range variable",
                       recording.variable);
  }
  channel.traces.unit = *unit;
  MIV_ASSIGN_OR_RETURN(const std::vector<std::uint32_t> gids,
                       WantedGids(recording, request));
  for (const auto& cell : request.cells.cells) {
    if (!std::binary_search(gids.begin(), gids.end(), cell->gid)) continue;
    MIV_ASSIGN_OR_RETURN(const std::vector<int> sections,
                         WantedSections(recording, *cell));
    for (const int section : sections) {
      for (const double x : WantedPlaces(recording, cell->tree[section].nseg)) {
        const auto pointer = neuron::RangePointer(cell->sections[section],
                                                  recording.variable, x);
        if (!pointer.ok()) {
          Fault context;
          context.field = absl::StrCat(recording.path, ".variable");
          context.gid = cell->gid;
          return WithContext(pointer.status(), context);
        }
        channel.variables.push_back(*pointer);
        channel.traces.places.push_back({cell->gid, section, x});
      }
    }
  }
  channels_.push_back(std::move(channel));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Recorder>> Recorder::Create(
    parallel::Ranks& ranks, const Request& request) {
  std::unique_ptr<Recorder> recorder(new Recorder(ranks));
  for (const Recording& recording : request.recordings) {
    MIV_RETURN_IF_ERROR(
        ranks.AgreeOnStatus(recorder->AddChannel(recording, request)));
  }
  return recorder;
}

void Recorder::OnStep(std::int64_t step) {
  for (Channel& channel : channels_) {
    if (step % channel.steps_per_sample != 0) continue;
    if (channel.traces.samples == 0) {
      channel.traces.first_sample =
          static_cast<std::uint64_t>(step / channel.steps_per_sample);
    }
    for (const double* variable : channel.variables) {
      channel.traces.values.push_back(*variable);
    }
    ++channel.traces.samples;
  }
}

std::vector<RecordedTraces> Recorder::Finish() {
  std::vector<RecordedTraces> all;
  for (Channel& channel : channels_) {
    RecordedTraces& own = channel.traces;
    const std::vector<std::int64_t> counts =
        ranks_.AllGather(static_cast<std::int64_t>(own.places.size()));
    const auto places =
        parallel::GatherValuesToRoot(ranks_, absl::MakeConstSpan(own.places));
    const auto values =
        parallel::GatherValuesToRoot(ranks_, absl::MakeConstSpan(own.values));
    if (!ranks_.is_root()) continue;
    const std::vector<std::size_t> column = SortedColumns(places, &own.places);
    own.values = Merge(values, counts, column, own.samples);
    all.push_back(std::move(own));
  }
  return all;
}

}  // namespace miv::simulate
