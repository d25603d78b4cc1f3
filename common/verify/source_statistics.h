#pragma once

// Whether the sources of a projection are chosen as the kernel says.

#include <cstdint>
#include <string>
#include <vector>

#include "common/verify/network.h"
#include "common/verify/statistics.h"

namespace miv::verify {

/// The sources of one projection.  Given the positions, the contacts of a
/// destination are multinomial,
///   p_ij = w(|dU|, |dV|) / sum over the candidates,
/// so that the sums over destinations have expectations sum N_i p_ij.
/// Source: build-pipeline.md 3.6 and 5.5.
class SourceStatistics {
 public:
  /// sources: by gid - start of the source population.  self_start: where the
  /// destination population starts among the sources if a cell is no candidate
  /// of its own, else -1.  All outlive this object.
  SourceStatistics(const ProjectionExpectations& projection,
                   const ArcTable& sources, std::int64_t excluded_start);

  /// Whether this destination is in the sample that is evaluated: each costs
  /// time proportional to the sources.
  static std::uint64_t StrideFor(std::uint64_t destinations,
                                 std::uint64_t sources);

  /// Edges of one destination.
  void Begin(std::uint32_t gid, double u, double v);
  void Edge(int kernel, double du, double dv);
  void End();

  /// Whether any source is a candidate.
  bool AnyCandidate(std::uint32_t gid, double u, double v, int kernel) const;

  /// source_distance, source_mean_u, source_mean_v.
  void AddChecks(const std::string& subject, std::vector<Check>& to) const;

 private:
  struct Sums {
    double observed = 0;
    Moments expected;
  };
  bool Excluded(std::uint32_t gid, std::size_t source) const;
  std::size_t BinOf(double distance) const;
  void Expect(int kernel, double edges);
  Check MeanCheck(const std::string& subject, int axis) const;

  const ProjectionExpectations& projection_;
  const ArcTable& sources_;
  std::int64_t excluded_start_;
  double scale_ = 1;    ///< contacts that come together
  double longest_ = 0;  ///< distance, um
  std::uint32_t gid_ = 0;
  double u_ = 0, v_ = 0;
  std::vector<double> edges_by_kernel_, weights_;
  std::vector<double> expected_, observed_;  ///< by distance
  Sums axis_[2];
  double edges_ = 0;
};

}  // namespace miv::verify
