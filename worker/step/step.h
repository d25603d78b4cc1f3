#pragma once

// What every component of the worker is: a collective function of a context.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/segments/frame.h"
#include "worker/parallel/ranks.h"

namespace miv::worker {

/// A file or directory that a step reads.
struct StepInput {
  std::string path;   ///< absolute
  std::string label;  ///< what to call it in messages
};

/// By role: "types", "coordinates", "forest:PYR", "morphology", ...
using StepInputs = std::map<std::string, StepInput>;

/// A frame of a segment file of this attempt.
struct ProducedFrame {
  segments::FrameKind kind = segments::FrameKind::kSpikes;
  std::uint32_t stream = 0;
  std::uint32_t rank = 0;
  segments::FramePlace place;
  double begin_ms = 0;
  double end_ms = 0;
};

/// What the ranks have put down since the last time: all that has a time
/// before end_ms.
struct ProducedFrames {
  double begin_ms = 0;
  double end_ms = 0;
  std::vector<ProducedFrame> frames;
};

/// Where a step tells how it goes.  Thread safe; any rank may call, and what
/// rank 0 says is what the user sees (other ranks: warnings and errors only).
class StepObserver {
 public:
  virtual ~StepObserver() = default;

  /// done of total `unit`s of `phase`; cheap, throttled by the receiver.
  virtual void Progress(absl::string_view phase, double done, double total,
                        absl::string_view unit) = 0;
  virtual void Log(absl::string_view text) = 0;
  virtual void Warning(absl::string_view text) = 0;
  /// Of rank 0: results that can be looked at already.
  virtual void Produced(const ProducedFrames& /*frames*/) {}

  /// True once the user or the server wants this task to stop.  Only rank 0
  /// knows; a step that polls must share the answer (see StopRequested).
  virtual bool Cancelled() = 0;
};

struct StepContext {
  nlohmann::json config;  ///< validated, defaults filled in
  std::int64_t seed = 0;
  StepInputs inputs;
  std::string output_directory;  ///< absolute, exists, empty
  parallel::Ranks& ranks;
  StepObserver& observer;
  /// Segment files stay when the step has succeeded, for whoever shows them.
  bool keep_segments = false;
};

/// Collective over ctx.ranks.  Writes its outputs below ctx.output_directory
/// and returns the same report on every rank: {"cells": [per rank], "synapses":
/// [...], "edges": [...], "cpu_s": [...]} plus kind-specific members.  On an
/// error every rank returns the same status (AgreeOnStatus).  Cancelled: the
/// user's will.
using StepFunction = absl::StatusOr<nlohmann::json> (*)(StepContext& ctx);

/// The input of `role`.  Errors: Internal if the coordinator did not send it.
absl::StatusOr<StepInput> InputOf(const StepContext& ctx,
                                  absl::string_view role);

/// Collective: whether rank 0 was asked to stop.  Call at block boundaries.
bool StopRequested(StepContext& ctx);

/// The status of a step that stopped because it was asked to.
absl::Status StoppedStatus();

}  // namespace miv::worker
