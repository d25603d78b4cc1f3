#include "worker/simulate/lfp/lfp_recorder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "worker/parallel/exchange.h"
#include "worker/simulate/neuron/integrator.h"

namespace miv::simulate {
namespace {

/// Samples that a rank keeps before they are added up over ranks.
constexpr std::size_t kBatch = 1000;

absl::StatusOr<std::vector<std::string>> Populations(const Electrode& electrode,
                                                     const LoadedCells& cells) {
  std::vector<std::string> all;
  for (const LoadedPopulation& population : cells.populations) {
    if (!population.artificial) all.push_back(population.info.name);
  }
  if (electrode.populations.empty()) return all;
  std::vector<std::string> chosen = electrode.populations;
  std::sort(chosen.begin(), chosen.end());
  for (const std::string& name : chosen) {
    if (std::find(all.begin(), all.end(), name) != all.end()) continue;
    Fault fault;
    fault.reason = "UNKNOWN_POPULATION";
    fault.field = absl::StrCat(electrode.path, ".populations");
    fault.what = "there is no such population of cells with a membrane";
    fault.found = name;
    fault.remedy = SuggestName(name, all);
    return InvalidInput(fault);
  }
  return chosen;
}

}  // namespace

absl::Status LfpRecorder::AddChannel(const Electrode& electrode,
                                     const LfpModel& model, double dt_ms) {
  LfpStream stream;
  stream.electrode = electrode;
  MIV_ASSIGN_OR_RETURN(stream.steps_per_sample,
                       StepsPerSample(absl::StrCat(electrode.path, ".dt_lfp"),
                                      electrode.dt_ms, dt_ms));
  MIV_ASSIGN_OR_RETURN(stream.populations, Populations(electrode, model.cells));
  Channel channel;
  for (const std::string& name : stream.populations) {
    MIV_ASSIGN_OR_RETURN(auto sources,
                         SourcesOf(model, electrode, model.cells.Find(name)));
    channel.sources.push_back(std::move(sources));
  }
  streams_.push_back(std::move(stream));
  channels_.push_back(std::move(channel));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LfpRecorder>> LfpRecorder::Create(
    parallel::Ranks& ranks, const Request& request) {
  std::unique_ptr<LfpRecorder> recorder(new LfpRecorder(ranks));
  LfpModel model{request.engine, request.cells, request.reader, {}};
  for (const Electrode& electrode : request.electrodes) {
    if (electrode.mode == LfpMode::kLegacy && model.reference.empty()) {
      MIV_ASSIGN_OR_RETURN(model.reference,
                           FirstSectionAreas(ranks, request.cells));
    }
    MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(
        recorder->AddChannel(electrode, model, request.dt_ms)));
  }
  return recorder;
}

void LfpRecorder::Sample(Channel* channel) {
  const absl::Span<const double> currents = neuron::MembraneCurrents();
  const std::size_t first = channel->pending.size();
  channel->pending.resize(first + channel->columns());
  for (std::size_t p = 0; p < channel->sources.size(); ++p) {
    for (const LfpSource& source : channel->sources[p]) {
      double potential = 0;
      for (std::size_t i = 0; i < source.nodes.size(); ++i) {
        potential += source.weights[i] * currents[source.nodes[i]];
      }
      channel->pending[first + p].Add(potential);
    }
  }
}

// Collective: the first `samples` pending samples of an electrode, on rank 0.
segments::SampleBlock LfpRecorder::SumOverRanks(std::size_t index,
                                                std::uint64_t samples) {
  Channel& channel = channels_[index];
  const std::size_t width = channel.columns();
  const std::size_t count = samples * width;
  const auto all = parallel::GatherValuesToRoot(
      ranks_, absl::MakeConstSpan(channel.pending).subspan(0, count));
  segments::SampleBlock block;
  block.label = streams_[index].electrode.label;
  block.dt_ms = streams_[index].electrode.dt_ms;
  block.first = channel.first;
  block.count = samples;
  block.populations = streams_[index].populations;
  channel.pending.erase(channel.pending.begin(),
                        channel.pending.begin() + count);
  channel.first += samples;
  for (std::size_t i = 0; i * width < count && !all.empty(); ++i) {
    ExactSum total;
    std::vector<double> parts;
    for (std::size_t p = 0; p < width; ++p) {
      ExactSum sum;
      for (std::size_t at = i * width + p; at < all.size(); at += count) {
        sum.Add(all[at]);
      }
      total.Add(sum);
      parts.push_back(sum.value());
    }
    channel.overflown = channel.overflown || total.overflown();
    block.values.push_back(total.value());
    if (block.populations.empty()) continue;
    block.values.insert(block.values.end(), parts.begin(), parts.end());
  }
  return block;
}

void LfpRecorder::OnStep(std::int64_t step, RunOutput& output) {
  bool full = false;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    Channel& channel = channels_[i];
    if (step % streams_[i].steps_per_sample != 0) continue;
    if (channel.pending.empty()) {
      channel.first = SamplesBefore(step, streams_[i].steps_per_sample);
    }
    Sample(&channel);
    full = full || channel.samples() >= kBatch;
  }
  if (full) FlushBefore(step - 1, output);
}

void LfpRecorder::FlushBefore(std::int64_t step, RunOutput& output) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const std::uint64_t due = SamplesBefore(step, streams_[i].steps_per_sample);
    const Channel& channel = channels_[i];
    if (channel.samples() == 0 || due <= channel.first) continue;
    const segments::SampleBlock block =
        SumOverRanks(i, std::min(due - channel.first, channel.samples()));
    if (!ranks_.is_root()) continue;
    output.AddSamples(segments::FrameKind::kLfp, static_cast<std::uint32_t>(i),
                      block);
  }
}

absl::Status LfpRecorder::CheckRange() {
  absl::Status status;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (!channels_[i].overflown) continue;
    status = absl::OutOfRangeError(
        absl::StrCat("the potential at electrode ", streams_[i].electrode.label,
                     " is not a number or beyond 1e6 mV"));
  }
  return ranks_.AgreeOnStatus(status);
}

}  // namespace miv::simulate
