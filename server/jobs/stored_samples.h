#pragma once

// Results that are shown while they are computed.  The log holds where their
// frames lie in segment files; the payload is read when an event is delivered.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/segments/frame.h"
#include "miv/v1/events.pb.h"
#include "miv/v1/workers.pb.h"
#include "server/jobs/workspace.h"

namespace miv::server {

/// The log entries of what a worker says that it has produced: by kind, each of
/// at most about 1 MiB, without frames that an earlier attempt has shown
/// already, all before shown_ms.  Frames of an unknown kind or an impossible
/// length are dropped.
std::vector<v1::StoredSamples> SamplesToLog(const v1::Produced& produced,
                                            double shown_ms);

/// Thread safe.
class StoredSampleReader {
 public:
  explicit StoredSampleReader(const Workspace& workspace)
      : workspace_(workspace) {}

  /// Replaces event.stored by what lies there.  What cannot be read, or is not
  /// what it should be, is left out; the event's `lost` says so.
  void Attach(v1::Event& event) const;

 private:
  absl::StatusOr<segments::Frame> Read(const v1::StoredSamples& stored,
                                       const v1::FrameRef& ref) const;
  void AttachSpikes(const v1::StoredSamples& stored, v1::Spikes& spikes) const;
  void AttachLfp(const v1::StoredSamples& stored, v1::LfpSamples& lfp) const;
  void AttachRecorded(const v1::StoredSamples& stored,
                      v1::RecordedSamples& recorded) const;

  const Workspace& workspace_;
};

}  // namespace miv::server
