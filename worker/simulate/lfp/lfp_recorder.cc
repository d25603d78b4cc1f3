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
  Channel channel;
  channel.electrode = electrode;
  MIV_ASSIGN_OR_RETURN(channel.steps_per_sample,
                       StepsPerSample(absl::StrCat(electrode.path, ".dt_lfp"),
                                      electrode.dt_ms, dt_ms));
  MIV_ASSIGN_OR_RETURN(channel.populations,
                       Populations(electrode, model.cells));
  for (const std::string& name : channel.populations) {
    MIV_ASSIGN_OR_RETURN(auto sources,
                         SourcesOf(model, electrode, model.cells.Find(name)));
    channel.sources.push_back(std::move(sources));
  }
  channel.trace.electrode = electrode;
  channel.trace.populations = channel.populations;
  channel.trace.by_population.resize(channel.columns());
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

void LfpRecorder::Flush(Channel* channel) {
  const std::size_t width = channel->columns();
  const auto all = parallel::GatherValuesToRoot(
      ranks_, absl::MakeConstSpan(channel->pending));
  const std::size_t count = channel->pending.size();
  channel->pending.clear();
  for (std::size_t i = 0; i * width < count && !all.empty(); ++i) {
    ExactSum total;
    for (std::size_t p = 0; p < width; ++p) {
      ExactSum sum;
      for (std::size_t at = i * width + p; at < all.size(); at += count) {
        sum.Add(all[at]);
      }
      total.Add(sum);
      channel->trace.by_population[p].push_back(sum.value());
    }
    channel->overflown = channel->overflown || total.overflown();
    channel->trace.total.push_back(total.value());
  }
}

void LfpRecorder::OnStep(std::int64_t step) {
  for (Channel& channel : channels_) {
    if (step % channel.steps_per_sample != 0) continue;
    if (!std::exchange(channel.sampled, true)) {
      channel.trace.first_sample =
          static_cast<std::uint64_t>(step / channel.steps_per_sample);
    }
    Sample(&channel);
    if (channel.pending.size() >= kBatch * channel.columns()) {
      Flush(&channel);
    }
  }
}

absl::StatusOr<std::vector<LfpTrace>> LfpRecorder::Finish() {
  std::vector<LfpTrace> traces;
  absl::Status status;
  for (Channel& channel : channels_) {
    Flush(&channel);
    if (channel.overflown) {
      status = absl::OutOfRangeError(
          absl::StrCat("the potential at electrode ", channel.electrode.label,
                       " is not a number or beyond 1e6 mV"));
    }
    if (ranks_.is_root()) traces.push_back(std::move(channel.trace));
  }
  MIV_RETURN_IF_ERROR(ranks_.AgreeOnStatus(status));
  return traces;
}

}  // namespace miv::simulate
