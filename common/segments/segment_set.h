#pragma once

// All segment files of one attempt as one record of what it has produced.

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/segments/frame.h"
#include "common/segments/payload.h"
#include "common/segments/segment_reader.h"

namespace miv::segments {

/// What every rank has put down.
struct Coverage {
  std::uint64_t steps = 0;  ///< samples of steps 0 .. steps - 1
  double until_ms = 0;      ///< spikes with t < until_ms
  bool complete = false;    ///< the run came to its end: all there is
};

/// Spikes and samples of all ranks up to the last moment that every rank has
/// covered, or to an earlier one.  Holds an index, not the values.  Not thread
/// safe.
class SegmentSet {
 public:
  /// Reads every file of the folder once.  Files may end anywhere; what is
  /// beyond the good part of any of them is left out of all.
  /// Errors: NotFound if there is no file, or one of a rank below the highest
  /// is missing, or no head; DataLoss if the head makes no sense.
  static absl::StatusOr<SegmentSet> Open(const std::string& folder);

  /// Leaves out what is not before this many steps and t < until_ms, for a run
  /// that goes on from there elsewhere; no effect if less is covered.
  void CutAt(std::uint64_t steps, double until_ms);

  const Coverage& coverage() const { return coverage_; }
  /// The payload of the frame kHead: JSON text.
  const std::string& head() const { return head_; }
  /// For the operator: what was lost at the ends of the files; empty = nothing.
  const std::vector<std::string>& losses() const { return losses_; }

  /// All spikes by (t, gid), block by block.
  absl::Status ForEachSpikeBlock(
      absl::FunctionRef<absl::Status(absl::Span<const SpikeTime>)> visit) const;

  /// The parts of one electrode (kLfp) or recording (kRecording) that hold
  /// samples first .. last - 1: whole blocks, in no order.
  absl::Status ForEachSampleBlock(
      FrameKind kind, std::uint32_t stream, std::uint64_t first,
      std::uint64_t last,
      absl::FunctionRef<absl::Status(const SampleBlock&)> visit) const;

  /// Places of all traces of a recording, sorted.
  absl::StatusOr<std::vector<TracePlace>> TracesOf(std::uint32_t stream) const;

 private:
  struct Entry {
    FrameHeader header;
    FramePlace place;
    std::size_t file = 0;
  };
  SegmentSet() = default;
  absl::Status AddFile(const std::string& path, std::uint32_t rank);

  std::vector<SegmentReader> files_;  ///< by rank
  std::vector<Entry> entries_;        ///< spikes and samples, by file and place
  Coverage coverage_;
  std::string head_;
  std::vector<std::string> losses_;
};

}  // namespace miv::segments
