#include "worker/simulate/output/run_output.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/parallel/exchange.h"

namespace miv::simulate {
namespace {

using segments::FrameHeader;
using segments::FrameKind;
using segments::SampleBlock;
using segments::SpikeTime;

constexpr std::size_t kSpikesPerFrame =
    segments::kUsualPayload / (sizeof(double) + sizeof(std::uint32_t));
constexpr std::size_t kValuesPerFrame =
    segments::kUsualPayload / sizeof(double);

/// The same samples of traces first .. first + count - 1.
SampleBlock SomeTraces(const SampleBlock& block, std::size_t first,
                       std::size_t count) {
  SampleBlock part = block;
  part.traces.assign(block.traces.begin() + first,
                     block.traces.begin() + first + count);
  part.values.clear();
  for (std::uint64_t row = 0; row < block.count; ++row) {
    const auto begin = block.values.begin() + row * block.columns() + first;
    part.values.insert(part.values.end(), begin, begin + count);
  }
  return part;
}

/// Rows first .. first + count - 1 of the block.
SampleBlock SomeRows(const SampleBlock& block, std::uint64_t first,
                     std::uint64_t count) {
  SampleBlock part;
  part.label = block.label;
  part.dt_ms = block.dt_ms;
  part.first = block.first + first;
  part.count = count;
  part.populations = block.populations;
  part.variable = block.variable;
  part.unit = block.unit;
  part.traces = block.traces;
  const auto begin = block.values.begin() + first * block.columns();
  part.values.assign(begin, begin + count * block.columns());
  return part;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunOutput>> RunOutput::Create(
    parallel::Ranks& ranks, const Options& options) {
  absl::Status made;
  if (ranks.is_root()) made = MakeDirectories(options.folder);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(made));
  const auto rank = static_cast<std::uint32_t>(ranks.rank());
  auto writer = segments::SegmentWriter::Create(
      JoinPath(options.folder, segments::SegmentName(rank)), rank);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(writer.status()));
  return std::unique_ptr<RunOutput>(
      new RunOutput(ranks, *std::move(writer), options));
}

void RunOutput::Append(const FrameHeader& header, absl::string_view payload) {
  if (!status_.ok()) return;
  const auto place = writer_.Append(header, payload);
  if (!place.ok()) {
    status_ = place.status();
    return;
  }
  if (header.kind == FrameKind::kHead || header.kind == FrameKind::kMark) {
    return;
  }
  produced_.push_back({header.kind, header.stream,
                       static_cast<std::uint32_t>(ranks_.rank()), *place,
                       header.begin_ms, header.end_ms});
}

void RunOutput::AddHead(absl::string_view json) {
  Append({.kind = FrameKind::kHead}, json);
}

void RunOutput::AddSpikes(std::vector<SpikeTime>* pending, double until_ms) {
  until_ms = std::max(until_ms, spikes_until_ms_);
  const auto later = std::stable_partition(
      pending->begin(), pending->end(),
      [&](const SpikeTime& spike) { return spike.t_ms < until_ms; });
  std::vector<SpikeTime> ready(pending->begin(), later);
  pending->erase(pending->begin(), later);
  std::sort(ready.begin(), ready.end());
  for (std::size_t first = 0; first < ready.size();) {
    std::size_t last = std::min(first + kSpikesPerFrame, ready.size());
    // Spikes of one time share a frame, so that frames can be told apart by it.
    while (last < ready.size() && ready[last].t_ms == ready[last - 1].t_ms) {
      ++last;
    }
    const bool final = last == ready.size();
    const double end = !final ? ready[last].t_ms
                       : std::isinf(until_ms)
                           ? std::nextafter(ready.back().t_ms, until_ms)
                           : until_ms;
    const double begin = std::min(spikes_until_ms_, ready[first].t_ms);
    Append({FrameKind::kSpikes, 0, 0, begin, end, 0, last - first},
           segments::EncodeSpikes(
               absl::MakeConstSpan(ready).subspan(first, last - first)));
    spikes_until_ms_ = end;
    first = last;
  }
  if (!std::isinf(until_ms)) spikes_until_ms_ = until_ms;
}

void RunOutput::AddSamples(FrameKind kind, std::uint32_t stream,
                           SampleBlock block) {
  if (block.values.empty()) return;
  if (block.traces.size() <= kValuesPerFrame) {
    AddRows(kind, stream, block);
    return;
  }
  for (std::size_t first = 0; first < block.traces.size();
       first += kValuesPerFrame) {
    const std::size_t count =
        std::min(kValuesPerFrame, block.traces.size() - first);
    AddRows(kind, stream, SomeTraces(block, first, count));
  }
}

void RunOutput::AddRows(FrameKind kind, std::uint32_t stream,
                        const SampleBlock& block) {
  const std::uint64_t most =
      std::max<std::uint64_t>(1, kValuesPerFrame / block.columns());
  for (std::uint64_t row = 0; row < block.count; row += most) {
    const SampleBlock part =
        SomeRows(block, row, std::min(most, block.count - row));
    const double begin = static_cast<double>(part.first) * part.dt_ms;
    const double last =
        static_cast<double>(part.first + part.count - 1) * part.dt_ms;
    Append(
        {kind, stream, 0, begin, last + options_.dt_ms, part.first, part.count},
        segments::EncodeSamples(part));
  }
}

worker::ProducedFrames RunOutput::Mark(std::uint64_t steps, double until_ms,
                                       bool complete) {
  until_ms = std::max(until_ms, marked_ms_);
  Append({FrameKind::kMark, 0, 0, marked_ms_, until_ms, steps,
          complete ? std::uint64_t{1} : std::uint64_t{0}},
         "");
  worker::ProducedFrames all;
  all.begin_ms = marked_ms_;
  all.end_ms = until_ms;
  marked_ms_ = until_ms;
  all.frames =
      parallel::GatherValuesToRoot(ranks_, absl::MakeConstSpan(produced_));
  produced_.clear();
  return all;
}

absl::Status RunOutput::Close() {
  const absl::Status closed = writer_.Close();
  if (status_.ok()) status_ = closed;
  return status_;
}

}  // namespace miv::simulate
