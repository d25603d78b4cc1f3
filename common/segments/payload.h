#pragma once

// What the frames of a segment file carry.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/segments/frame.h"

namespace miv::segments {

struct SpikeTime {
  double t_ms = 0;
  std::uint32_t gid = 0;
  auto operator<=>(const SpikeTime&) const = default;
};

/// Where a recorded trace comes from.
struct TracePlace {
  std::uint32_t gid = 0;
  std::int32_t section = 0;  ///< index into the cell's `sections`
  double x = 0.5;
  auto operator<=>(const TracePlace&) const = default;
};

/// Samples first, first + 1, ... of one electrode or recording; sample i
/// belongs to t = i dt_ms.
struct SampleBlock {
  std::string label;
  double dt_ms = 0;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  /// LFP: the populations of columns 1, 2, ...; column 0 is the total.
  std::vector<std::string> populations;
  /// Recordings.
  std::string variable;
  std::string unit;
  std::vector<TracePlace> traces;
  std::vector<double> values;  ///< [count][columns()]

  std::size_t columns() const {
    return traces.empty() ? 1 + populations.size() : traces.size();
  }
};

/// kSpikes: u32 gid [count], f64 t [count].
std::string EncodeSpikes(absl::Span<const SpikeTime> spikes);

/// kLfp, kRecording: u32 length, JSON {label, dt_ms, and populations or
/// variable and unit}, u32 traces, (u32 gid, i32 section, f64 x) [traces], f64
/// values [count][columns].
std::string EncodeSamples(const SampleBlock& block);

/// Errors: DataLoss if the payload does not fit its header, or a time is not in
/// [begin_ms, end_ms).
absl::StatusOr<std::vector<SpikeTime>> DecodeSpikes(const Frame& frame);

/// Errors: DataLoss, likewise; also a time between samples that is not
/// positive, or an empty label.
absl::StatusOr<SampleBlock> DecodeSamples(const Frame& frame);

/// Without the samples before `from_ms`, where a sample a millionth of its
/// interval earlier still counts as at `from_ms`.
SampleBlock SamplesFrom(SampleBlock block, double from_ms);

}  // namespace miv::segments
