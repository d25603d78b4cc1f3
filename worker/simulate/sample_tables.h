#pragma once

// The samples of electrodes and recordings as tables, put together from the
// frames of all ranks, a block of rows at a time.

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/segments/segment_set.h"
#include "worker/simulate/result_head.h"

namespace miv::simulate {

/// Samples first, first + 1, ... of a stream.
struct SampleRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< one past the last
  std::uint64_t size() const { return last - first; }
};

/// Those that the set covers of a run that started from the state of
/// first_step.
SampleRange CoveredSamples(const segments::SegmentSet& set,
                           std::int64_t first_step,
                           std::int64_t steps_per_sample);

/// first: row of the first value.
using VisitRows = absl::FunctionRef<absl::Status(std::uint64_t first,
                                                 absl::Span<const double>)>;

/// Column 0 is the total of an electrode, p + 1 its population p.
class LfpTable {
 public:
  LfpTable(const segments::SegmentSet& set, std::size_t stream,
           const ResultHead& head);

  SampleRange samples() const { return samples_; }
  /// One column, by rows.  Errors: DataLoss if samples are missing.
  absl::Status ForEachBlock(std::size_t column, VisitRows visit) const;

 private:
  const segments::SegmentSet& set_;
  const std::uint32_t stream_;
  const std::size_t columns_;
  const SampleRange samples_;
};

/// Rows are samples, columns the traces of all ranks sorted by place.
class RecordingTable {
 public:
  static absl::StatusOr<RecordingTable> Open(const segments::SegmentSet& set,
                                             std::size_t stream,
                                             const ResultHead& head);

  SampleRange samples() const { return samples_; }
  const std::vector<segments::TracePlace>& traces() const { return traces_; }
  /// Whole rows.  Errors: DataLoss if samples are missing.
  absl::Status ForEachBlock(VisitRows visit) const;

 private:
  RecordingTable(const segments::SegmentSet& set, std::size_t stream,
                 SampleRange samples, std::vector<segments::TracePlace> traces)
      : set_(set),
        stream_(static_cast<std::uint32_t>(stream)),
        samples_(samples),
        traces_(std::move(traces)) {}

  const segments::SegmentSet& set_;
  const std::uint32_t stream_;
  const SampleRange samples_;
  const std::vector<segments::TracePlace> traces_;
};

}  // namespace miv::simulate
