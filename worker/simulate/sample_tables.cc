#include "worker/simulate/sample_tables.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/lfp/lfp_config.h"

namespace miv::simulate {
namespace {

using segments::FrameKind;
using segments::SampleBlock;
using segments::SegmentSet;
using segments::TracePlace;

/// Values of a block of rows: 8 MiB.
constexpr std::uint64_t kBlockValues = 1 << 20;

absl::Status Missing(absl::string_view label, std::uint64_t found,
                     std::uint64_t expected) {
  return absl::DataLossError(absl::StrCat("the segment files have ", found,
                                          " of ", expected, " values of ",
                                          label));
}

/// The rows that a frame and a block share.
struct Overlap {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
Overlap OverlapOf(const SampleBlock& block, std::uint64_t first,
                  std::uint64_t last) {
  return {std::max(block.first, first),
          std::min(block.first + block.count, last)};
}

/// Column of each of a frame's traces.  Errors: DataLoss for an unknown one.
absl::StatusOr<std::vector<std::size_t>> ColumnsOf(
    const SampleBlock& block, const std::vector<TracePlace>& traces) {
  std::vector<std::size_t> columns;
  for (const TracePlace& place : block.traces) {
    const auto found = std::lower_bound(traces.begin(), traces.end(), place);
    if (found == traces.end() || *found != place) {
      return absl::DataLossError(absl::StrCat(
          "a frame of ", block.label, " has a trace that no other one has"));
    }
    columns.push_back(static_cast<std::size_t>(found - traces.begin()));
  }
  return columns;
}

}  // namespace

SampleRange CoveredSamples(const SegmentSet& set, std::int64_t first_step,
                           std::int64_t steps_per_sample) {
  const std::uint64_t first = SamplesBefore(first_step, steps_per_sample);
  const std::uint64_t last = SamplesBefore(
      static_cast<std::int64_t>(set.coverage().steps), steps_per_sample);
  return {first, std::max(first, last)};
}

LfpTable::LfpTable(const SegmentSet& set, std::size_t stream,
                   const ResultHead& head)
    : set_(set),
      stream_(static_cast<std::uint32_t>(stream)),
      columns_(1 + head.lfp[stream].populations.size()),
      samples_(CoveredSamples(set, head.first_step,
                              head.lfp[stream].steps_per_sample)) {}

absl::Status LfpTable::ForEachBlock(std::size_t column, VisitRows visit) const {
  std::uint64_t found = 0;
  MIV_RETURN_IF_ERROR(set_.ForEachSampleBlock(
      FrameKind::kLfp, stream_, samples_.first, samples_.last,
      [&](const SampleBlock& block) -> absl::Status {
        if (block.columns() != columns_) {
          return absl::DataLossError(absl::StrCat(
              "a frame of ", block.label, " has another number of columns"));
        }
        const Overlap rows = OverlapOf(block, samples_.first, samples_.last);
        std::vector<double> values;
        for (std::uint64_t row = rows.first; row < rows.last; ++row) {
          values.push_back(
              block.values[(row - block.first) * columns_ + column]);
        }
        found += values.size();
        return visit(rows.first - samples_.first, values);
      }));
  if (found == samples_.size()) return absl::OkStatus();
  return Missing(absl::StrCat("electrode ", stream_), found, samples_.size());
}

absl::StatusOr<RecordingTable> RecordingTable::Open(const SegmentSet& set,
                                                    std::size_t stream,
                                                    const ResultHead& head) {
  MIV_ASSIGN_OR_RETURN(auto traces,
                       set.TracesOf(static_cast<std::uint32_t>(stream)));
  return RecordingTable(
      set, stream,
      CoveredSamples(set, head.first_step,
                     head.recordings[stream].steps_per_sample),
      std::move(traces));
}

absl::Status RecordingTable::ForEachBlock(VisitRows visit) const {
  if (traces_.empty()) return absl::OkStatus();
  const std::uint64_t width = traces_.size();
  const std::uint64_t rows = std::max<std::uint64_t>(1, kBlockValues / width);
  for (std::uint64_t first = samples_.first; first < samples_.last;
       first += rows) {
    const std::uint64_t last = std::min(first + rows, samples_.last);
    std::vector<double> table((last - first) * width);
    std::uint64_t found = 0;
    MIV_RETURN_IF_ERROR(set_.ForEachSampleBlock(
        FrameKind::kRecording, stream_, first, last,
        [&](const SampleBlock& block) -> absl::Status {
          MIV_ASSIGN_OR_RETURN(const auto columns, ColumnsOf(block, traces_));
          const Overlap part = OverlapOf(block, first, last);
          for (std::uint64_t row = part.first; row < part.last; ++row) {
            const double* from =
                block.values.data() + (row - block.first) * columns.size();
            double* to = table.data() + (row - first) * width;
            for (std::size_t k = 0; k < columns.size(); ++k) {
              to[columns[k]] = from[k];
            }
          }
          found += (part.last - part.first) * columns.size();
          return absl::OkStatus();
        }));
    if (found != table.size()) {
      return Missing(absl::StrCat("recording ", stream_), found, table.size());
    }
    MIV_RETURN_IF_ERROR(visit(first - samples_.first, table));
  }
  return absl::OkStatus();
}

}  // namespace miv::simulate
