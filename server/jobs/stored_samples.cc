#include "server/jobs/stored_samples.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/segments/payload.h"
#include "common/segments/segment_reader.h"
#include "common/segments/segment_writer.h"
#include "server/artifacts/file_io.h"
#include "server/jobs/worker_text.h"

namespace miv::server {
namespace {

using segments::FrameKind;
using segments::SampleBlock;

constexpr std::uint64_t kBytesPerEntry = 1 << 20;
// A client takes messages of 4 MiB; numbers grow a little on the wire.
constexpr std::uint64_t kLargestFrame = 3 << 20;
constexpr std::size_t kName = 200;

bool MayBeShown(const v1::FrameRef& frame) {
  const auto kind = static_cast<FrameKind>(frame.kind());
  const bool known = kind == FrameKind::kSpikes || kind == FrameKind::kLfp ||
                     kind == FrameKind::kRecording;
  return known && frame.length() >= segments::kFrameHeadBytes &&
         frame.length() <= kLargestFrame;
}

v1::StoredSamples NewEntry(const v1::Produced& produced, std::uint32_t kind,
                           double shown_ms) {
  v1::StoredSamples entry;
  entry.set_kind(kind);
  entry.set_begin_ms(std::max(produced.begin_ms(), shown_ms));
  entry.set_end_ms(produced.end_ms());
  entry.set_after_ms(shown_ms);
  return entry;
}

std::string Name(const std::string& text) { return CleanText(text, kName); }

void NoteLoss(const absl::Status& status, std::string* lost) {
  if (lost->empty()) *lost = CleanText(status.message(), kName);
}

template <typename Values>
void AppendColumn(const SampleBlock& block, std::size_t column,
                  Values* values) {
  for (std::uint64_t row = 0; row < block.count; ++row) {
    values->Add(block.values[row * block.columns() + column]);
  }
}

void AddTrace(const SampleBlock& block, v1::LfpSamples& lfp) {
  v1::LfpTrace& trace = *lfp.add_traces();
  trace.set_label(Name(block.label));
  trace.set_first(static_cast<std::int64_t>(block.first));
  trace.set_dt_ms(block.dt_ms);
  AppendColumn(block, 0, trace.mutable_v_mv());
  for (std::size_t p = 0; p < block.populations.size(); ++p) {
    v1::PopulationTrace& part = *trace.add_populations();
    part.set_population(Name(block.populations[p]));
    AppendColumn(block, p + 1, part.mutable_v_mv());
  }
}

void AddBlock(const SampleBlock& block, v1::RecordedSamples& recorded) {
  v1::RecordedBlock& one = *recorded.add_blocks();
  one.set_label(Name(block.label));
  one.set_variable(Name(block.variable));
  one.set_unit(Name(block.unit));
  one.set_first(static_cast<std::int64_t>(block.first));
  one.set_dt_ms(block.dt_ms);
  for (const segments::TracePlace& place : block.traces) {
    one.add_gid(place.gid);
    one.add_section(place.section);
    one.add_x(place.x);
  }
  one.mutable_value()->Add(block.values.begin(), block.values.end());
}

}  // namespace

std::vector<v1::StoredSamples> SamplesToLog(const v1::Produced& produced,
                                            double shown_ms) {
  std::map<std::uint32_t, std::vector<v1::StoredSamples>> entries;
  std::map<std::uint32_t, std::uint64_t> bytes;
  for (const v1::FrameRef& frame : produced.frames()) {
    if (!MayBeShown(frame) || frame.end_ms() <= shown_ms) continue;
    auto& of_kind = entries[frame.kind()];
    std::uint64_t& size = bytes[frame.kind()];
    if (of_kind.empty() || size + frame.length() > kBytesPerEntry) {
      of_kind.push_back(NewEntry(produced, frame.kind(), shown_ms));
      size = 0;
    }
    *of_kind.back().add_frames() = frame;
    size += frame.length();
  }
  std::vector<v1::StoredSamples> all;
  for (auto& [kind, of_kind] : entries) {
    std::move(of_kind.begin(), of_kind.end(), std::back_inserter(all));
  }
  return all;
}

absl::StatusOr<segments::Frame> StoredSampleReader::Read(
    const v1::StoredSamples& stored, const v1::FrameRef& ref) const {
  MIV_ASSIGN_OR_RETURN(const AttemptId attempt,
                       AttemptId::Parse(stored.attempt()));
  MIV_ASSIGN_OR_RETURN(const GroupId group, GroupId::Parse(stored.group()));
  const std::string name = segments::SegmentName(ref.rank());
  // Where it lies changes once, when the attempt ends.
  const std::string work = workspace_.RefOf(group).directory + "/work";
  const std::string live =
      absl::StrCat(attempt.text(), "/", segments::kSegmentFolder, "/", name);
  auto opened = OpenBeneath(work, live);
  if (!opened.ok()) {
    opened = OpenBeneath(workspace_.KeptSegments(attempt), name);
  }
  MIV_RETURN_IF_ERROR(opened.status());
  MIV_ASSIGN_OR_RETURN(
      segments::Frame frame,
      segments::ReadFrame(opened->file.get(), {ref.offset(), ref.length()}));
  if (static_cast<std::uint32_t>(frame.header.kind) != stored.kind()) {
    return absl::DataLossError("a frame is of another kind");
  }
  return frame;
}

void StoredSampleReader::AttachSpikes(const v1::StoredSamples& stored,
                                      v1::Spikes& spikes) const {
  std::vector<segments::SpikeTime> all;
  for (const v1::FrameRef& ref : stored.frames()) {
    const auto frame = Read(stored, ref);
    auto found =
        frame.ok()
            ? segments::DecodeSpikes(*frame)
            : absl::StatusOr<std::vector<segments::SpikeTime>>(frame.status());
    if (!found.ok()) {
      NoteLoss(found.status(), spikes.mutable_lost());
      continue;
    }
    for (const segments::SpikeTime& spike : *found) {
      if (spike.t_ms >= stored.after_ms()) all.push_back(spike);
    }
  }
  std::sort(all.begin(), all.end());
  for (const segments::SpikeTime& spike : all) {
    spikes.add_t_ms(spike.t_ms);
    spikes.add_gid(spike.gid);
  }
}

void StoredSampleReader::AttachLfp(const v1::StoredSamples& stored,
                                   v1::LfpSamples& lfp) const {
  for (const v1::FrameRef& ref : stored.frames()) {
    const auto frame = Read(stored, ref);
    auto block = frame.ok() ? segments::DecodeSamples(*frame)
                            : absl::StatusOr<SampleBlock>(frame.status());
    if (!block.ok()) {
      NoteLoss(block.status(), lfp.mutable_lost());
      continue;
    }
    const SampleBlock rest =
        segments::SamplesFrom(*std::move(block), stored.after_ms());
    if (rest.count > 0) AddTrace(rest, lfp);
  }
}

void StoredSampleReader::AttachRecorded(const v1::StoredSamples& stored,
                                        v1::RecordedSamples& recorded) const {
  for (const v1::FrameRef& ref : stored.frames()) {
    const auto frame = Read(stored, ref);
    auto block = frame.ok() ? segments::DecodeSamples(*frame)
                            : absl::StatusOr<SampleBlock>(frame.status());
    if (!block.ok()) {
      NoteLoss(block.status(), recorded.mutable_lost());
      continue;
    }
    const SampleBlock rest =
        segments::SamplesFrom(*std::move(block), stored.after_ms());
    if (rest.count > 0) AddBlock(rest, recorded);
  }
}

void StoredSampleReader::Attach(v1::Event& event) const {
  const v1::StoredSamples stored = event.stored();
  const auto span = [&](auto& payload) -> auto& {
    payload.set_begin_ms(stored.begin_ms());
    payload.set_end_ms(stored.end_ms());
    return payload;
  };
  switch (static_cast<FrameKind>(stored.kind())) {
    case FrameKind::kSpikes:
      AttachSpikes(stored, span(*event.mutable_spikes()));
      break;
    case FrameKind::kLfp:
      AttachLfp(stored, span(*event.mutable_lfp()));
      break;
    default:
      AttachRecorded(stored, span(*event.mutable_recorded()));
  }
}

}  // namespace miv::server
