#pragma once

// What a run produces while it runs, into the segment file of this rank.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/segments/payload.h"
#include "common/segments/segment_writer.h"
#include "worker/parallel/ranks.h"
#include "worker/step/step.h"

namespace miv::simulate {

/// Memory of what is in a frame is free again at once: what a run holds does
/// not grow with its length.  After an error (see status) everything is
/// dropped.  Not thread safe.
class RunOutput {
 public:
  struct Options {
    std::string folder;  ///< of the segment files; made if missing
    double dt_ms = 0.025;
    double begin_ms = 0;  ///< spikes before have been put down elsewhere
  };

  /// Collective.  Errors, the same on all ranks: AlreadyExists if the folder
  /// has segment files; Unavailable, ResourceExhausted.
  static absl::StatusOr<std::unique_ptr<RunOutput>> Create(
      parallel::Ranks& ranks, const Options& options);

  /// What the files are of (result_head.h); rank 0 only.
  void AddHead(absl::string_view json);

  /// Takes the spikes with t < until_ms out of `pending`; all of them if
  /// until_ms is infinite.  An until_ms that falls behind that of an earlier
  /// call counts as that.
  void AddSpikes(std::vector<segments::SpikeTime>* pending, double until_ms);

  /// In frames of about kUsualPayload; a block without values is left out.
  void AddSamples(segments::FrameKind kind, std::uint32_t stream,
                  segments::SampleBlock block);

  /// Collective: this rank has put down the samples of steps 0 .. steps - 1 and
  /// all spikes with t < until_ms.  Returns on rank 0 the frames of all ranks
  /// since the last mark.
  worker::ProducedFrames Mark(std::uint64_t steps, double until_ms,
                              bool complete);

  /// Ends this rank's file.
  absl::Status Close();

  /// The first error of this rank.
  const absl::Status& status() const { return status_; }

 private:
  RunOutput(parallel::Ranks& ranks, segments::SegmentWriter writer,
            const Options& options)
      : ranks_(ranks), writer_(std::move(writer)), options_(options) {}
  void Append(const segments::FrameHeader& header, absl::string_view payload);
  void AddRows(segments::FrameKind kind, std::uint32_t stream,
               const segments::SampleBlock& block);

  parallel::Ranks& ranks_;
  segments::SegmentWriter writer_;
  const Options options_;
  double spikes_until_ms_ = options_.begin_ms;
  double marked_ms_ = options_.begin_ms;
  std::vector<worker::ProducedFrame> produced_;
  absl::Status status_;
};

}  // namespace miv::simulate
