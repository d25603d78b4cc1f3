#include "worker/simulate/recordings/recorder.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/lfp/lfp_config.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate {
namespace {

/// Values of a recording that a rank keeps before it puts them down: 1 MiB.
constexpr std::size_t kMostPending = 1 << 17;

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

}  // namespace

absl::Status Recorder::AddChannel(const Recording& recording,
                                  const Request& request) {
  RecordingStream stream;
  stream.recording = recording;
  stream.dt_ms = recording.dt_ms > 0 ? recording.dt_ms : request.dt_ms;
  MIV_ASSIGN_OR_RETURN(stream.steps_per_sample,
                       StepsPerSample(absl::StrCat(recording.path, ".dt"),
                                      stream.dt_ms, request.dt_ms));
  const auto unit = neuron::RangeUnit(recording.variable);
  if (!unit.ok()) {
    return RecordError(recording, "variable",
                       "no mechanism has such a range variable",
                       recording.variable);
  }
  stream.unit = *unit;
  Channel channel;
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
        channel.places.push_back({cell->gid, section, x});
      }
    }
  }
  streams_.push_back(std::move(stream));
  channels_.push_back(std::move(channel));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Recorder>> Recorder::Create(
    parallel::Ranks& ranks, const Request& request) {
  std::unique_ptr<Recorder> recorder(new Recorder());
  for (const Recording& recording : request.recordings) {
    MIV_RETURN_IF_ERROR(
        ranks.AgreeOnStatus(recorder->AddChannel(recording, request)));
  }
  return recorder;
}

void Recorder::OnStep(std::int64_t step, RunOutput& output) {
  bool full = false;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    Channel& channel = channels_[i];
    if (step % streams_[i].steps_per_sample != 0) continue;
    if (channel.pending.empty()) {
      channel.first = SamplesBefore(step, streams_[i].steps_per_sample);
    }
    for (const double* variable : channel.variables) {
      channel.pending.push_back(*variable);
    }
    full = full || channel.pending.size() >= kMostPending;
  }
  if (full) FlushBefore(step - 1, output);
}

void Recorder::FlushBefore(std::int64_t step, RunOutput& output) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const std::uint64_t due = SamplesBefore(step, streams_[i].steps_per_sample);
    const Channel& channel = channels_[i];
    if (channel.samples() == 0 || due <= channel.first) continue;
    output.AddSamples(
        segments::FrameKind::kRecording, static_cast<std::uint32_t>(i),
        Take(i, std::min(due - channel.first, channel.samples())));
  }
}

/// The first pending samples of a recording.
segments::SampleBlock Recorder::Take(std::size_t index, std::uint64_t samples) {
  Channel& channel = channels_[index];
  const RecordingStream& stream = streams_[index];
  segments::SampleBlock block;
  block.label = stream.recording.label;
  block.dt_ms = stream.dt_ms;
  block.first = channel.first;
  block.count = samples;
  block.variable = stream.recording.variable;
  block.unit = stream.unit;
  block.traces = channel.places;
  const auto end = channel.pending.begin() +
                   static_cast<std::ptrdiff_t>(samples * channel.places.size());
  block.values.assign(channel.pending.begin(), end);
  channel.pending.erase(channel.pending.begin(), end);
  channel.first += samples;
  return block;
}

}  // namespace miv::simulate
