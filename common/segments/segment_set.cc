#include "common/segments/segment_set.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <queue>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/segments/segment_writer.h"

namespace miv::segments {
namespace {

constexpr std::size_t kSpikesPerBlock = 1 << 16;

absl::StatusOr<std::size_t> CountFiles(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::size_t count = 0;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (absl::EndsWith(name, ".seg")) ++count;
  }
  if (error || count == 0) {
    return absl::NotFoundError(
        absl::StrCat("there are no segment files in ", folder));
  }
  return count;
}

/// The spikes of one rank in order, a frame at a time.
class Train {
 public:
  Train(const SegmentReader& file, double until_ms)
      : file_(file), until_ms_(until_ms) {}
  void Add(const FramePlace& place) { places_.push_back(place); }

  /// Makes current() the next spike; false at the end.
  absl::StatusOr<bool> Advance() {
    ++at_;
    while (at_ >= spikes_.size()) {
      if (next_ == places_.size()) return false;
      MIV_ASSIGN_OR_RETURN(const Frame frame, file_.Read(places_[next_++]));
      MIV_ASSIGN_OR_RETURN(spikes_, DecodeSpikes(frame));
      std::sort(spikes_.begin(), spikes_.end());
      at_ = 0;
    }
    return spikes_[at_].t_ms < until_ms_;
  }
  const SpikeTime& current() const { return spikes_[at_]; }

 private:
  const SegmentReader& file_;
  const double until_ms_;
  std::vector<FramePlace> places_;
  std::size_t next_ = 0;
  std::vector<SpikeTime> spikes_;
  std::size_t at_ = static_cast<std::size_t>(-1);
};

}  // namespace

absl::StatusOr<SegmentSet> SegmentSet::Open(const std::string& folder) {
  MIV_ASSIGN_OR_RETURN(const std::size_t count, CountFiles(folder));
  SegmentSet set;
  set.coverage_ = {std::numeric_limits<std::uint64_t>::max(),
                   std::numeric_limits<double>::max(), true};
  for (std::size_t rank = 0; rank < count; ++rank) {
    const auto number = static_cast<std::uint32_t>(rank);
    MIV_RETURN_IF_ERROR(
        set.AddFile(JoinPath(folder, SegmentName(number)), number));
  }
  if (set.head_.empty()) {
    return absl::NotFoundError(absl::StrCat(folder, " says not what it is of"));
  }
  return set;
}

absl::Status SegmentSet::AddFile(const std::string& path, std::uint32_t rank) {
  MIV_ASSIGN_OR_RETURN(SegmentReader reader, SegmentReader::Open(path));
  if (reader.rank() != rank) {
    return absl::DataLossError(absl::StrCat(path, " is of another rank"));
  }
  Coverage own;
  const std::size_t file = files_.size();
  while (auto frame = reader.Next()) {
    switch (frame->header.kind) {
      case FrameKind::kHead:
        if (rank == 0) head_ = std::move(frame->payload);
        break;
      case FrameKind::kMark:
        own = {frame->header.first, frame->header.end_ms,
               frame->header.count == 1};
        break;
      default:
        entries_.push_back({frame->header, reader.place(), file});
    }
  }
  if (!reader.lost().ok()) {
    losses_.emplace_back(reader.lost().message());
  }
  coverage_ = {std::min(coverage_.steps, own.steps),
               std::min(coverage_.until_ms, own.until_ms),
               coverage_.complete && own.complete};
  files_.push_back(std::move(reader));
  return absl::OkStatus();
}

void SegmentSet::CutAt(std::uint64_t steps, double until_ms) {
  if (steps >= coverage_.steps && until_ms >= coverage_.until_ms) return;
  coverage_ = {std::min(coverage_.steps, steps),
               std::min(coverage_.until_ms, until_ms), false};
}

absl::Status SegmentSet::ForEachSpikeBlock(
    absl::FunctionRef<absl::Status(absl::Span<const SpikeTime>)> visit) const {
  std::vector<Train> trains;
  for (const SegmentReader& file : files_) {
    trains.emplace_back(file, coverage_.until_ms);
  }
  for (const Entry& entry : entries_) {
    if (entry.header.kind != FrameKind::kSpikes) continue;
    if (entry.header.begin_ms >= coverage_.until_ms) continue;
    trains[entry.file].Add(entry.place);
  }
  using Head = std::pair<SpikeTime, std::size_t>;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  const auto advance = [&](std::size_t i) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(const bool more, trains[i].Advance());
    if (more) heads.emplace(trains[i].current(), i);
    return absl::OkStatus();
  };
  for (std::size_t i = 0; i < trains.size(); ++i) {
    MIV_RETURN_IF_ERROR(advance(i));
  }
  std::vector<SpikeTime> block;
  while (!heads.empty()) {
    const auto [spike, from] = heads.top();
    heads.pop();
    block.push_back(spike);
    MIV_RETURN_IF_ERROR(advance(from));
    if (block.size() < kSpikesPerBlock && !heads.empty()) continue;
    MIV_RETURN_IF_ERROR(visit(block));
    block.clear();
  }
  return absl::OkStatus();
}

absl::Status SegmentSet::ForEachSampleBlock(
    FrameKind kind, std::uint32_t stream, std::uint64_t first,
    std::uint64_t last,
    absl::FunctionRef<absl::Status(const SampleBlock&)> visit) const {
  for (const Entry& entry : entries_) {
    const FrameHeader& header = entry.header;
    if (header.kind != kind || header.stream != stream) continue;
    if (header.first >= last || header.first + header.count <= first) continue;
    MIV_ASSIGN_OR_RETURN(const Frame frame,
                         files_[entry.file].Read(entry.place));
    MIV_ASSIGN_OR_RETURN(const SampleBlock block, DecodeSamples(frame));
    MIV_RETURN_IF_ERROR(visit(block));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TracePlace>> SegmentSet::TracesOf(
    std::uint32_t stream) const {
  const auto of_stream = [&](const Entry& entry) {
    return entry.header.kind == FrameKind::kRecording &&
           entry.header.stream == stream;
  };
  // Every frame names its traces; the first ones of each rank name them all.
  std::map<std::size_t, std::uint64_t> earliest;
  for (const Entry& entry : entries_) {
    if (of_stream(entry)) earliest.try_emplace(entry.file, entry.header.first);
  }
  std::set<TracePlace> places;
  for (const Entry& entry : entries_) {
    if (!of_stream(entry) || entry.header.first != earliest[entry.file]) {
      continue;
    }
    MIV_ASSIGN_OR_RETURN(const Frame frame,
                         files_[entry.file].Read(entry.place));
    MIV_ASSIGN_OR_RETURN(const SampleBlock block, DecodeSamples(frame));
    places.insert(block.traces.begin(), block.traces.end());
  }
  return std::vector<TracePlace>(places.begin(), places.end());
}

}  // namespace miv::segments
