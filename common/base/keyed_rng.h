#pragma once

// Counter-based random numbers: the value depends on (seed, purpose, gid, index)
// and the position in the stream, on nothing else.  Salmon et al. 2011, "Parallel
// random numbers: as easy as 1, 2, 3", generator Philox4x32-10 of Random123.
// The distributions are our own, so that results do not depend on libstdc++.

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace miv {

/// One stream.  Copyable; a copy continues from the same position.
class KeyedRng {
 public:
  /// purpose: what the numbers are for, e.g. "synapse placement"; two purposes
  ///   never share a stream.
  /// gid, index: entity and sub-entity (section, group, ...) of the stream.
  KeyedRng(std::int64_t seed, absl::string_view purpose, std::uint32_t gid,
           std::uint32_t index = 0);

  std::uint32_t NextU32();
  std::uint64_t NextU64();

  /// Uniform in [0, 1), 53 bits.
  double Uniform();

  /// Uniform in (0, 1]: safe for logarithms.
  double UniformPositive() { return 1.0 - Uniform(); }

  /// Standard normal, by inversion (Wichura 1988, algorithm AS 241): one
  /// uniform per value, so streams stay aligned.
  double Normal();

  /// Exponential with mean 1: -ln(U).
  double Exponential();

  /// Uniform integer in [0, n), unbiased (Lemire 2019); n > 0.
  std::uint32_t Below(std::uint32_t n);

 private:
  void Refill();

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
};

/// Inverse of the standard normal distribution function, p in (0, 1); relative
/// error about 1e-16 (Wichura 1988, AS 241, PPND16).
double InverseNormal(double p);

}  // namespace miv
