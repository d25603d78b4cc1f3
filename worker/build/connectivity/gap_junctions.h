#pragma once

// Gap junctions: which pairs of cells have one, where it lies, how strong it
// is.  A junction has no direction: everything is keyed by the unordered pair.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "worker/build/connectivity/polynomial_fit.h"
#include "worker/build/morphology/morphology.h"

namespace miv::build {

/// Somata of a population, um; cell i has the gid start + i.
struct SomaPositions {
  std::uint32_t start = 0;
  std::vector<float> x, y, z;
  std::size_t size() const { return x.size(); }
};

/// Two cells, low < high, and their place in the order of choice.
struct GapCandidate {
  double key = 0;
  std::uint32_t low = 0, high = 0;
  auto operator<=>(const GapCandidate&) const = default;
};

struct GapCandidates {
  std::vector<GapCandidate> pairs;   ///< those with a weight
  std::uint64_t in_reach = 0;        ///< all pairs within the bounds
  std::uint64_t without_weight = 0;  ///< of these, weight 0 or below
};

/// Who may be coupled to whom.
struct GapReach {
  double min_um = 0, max_um = 0;  ///< bounds of the soma distance, inclusive
  PolynomialFit weight;           ///< of a pair by its distance; below 0: 0
};

/// The pairs of cells [begin, end) of `a` with cells of `b`, in no certain
/// order.  If a and b are the same population (equal start), each pair once.
///
///   Choosing the k pairs of lowest key = E / weight, E exponential from the
///   stream (seed, "gap junction choice", low, high), is choosing k pairs
///   without replacement with probabilities proportional to the weights
///   (Efraimidis & Spirakis 2006), wherever the pairs are computed.
///   Source of the weights: MiV-Simulator f279b9c, gapjunctions.py.
class GapPairFinder {
 public:
  /// The arguments outlive the finder.
  GapPairFinder(const SomaPositions& a, const SomaPositions& b,
                const GapReach& reach, std::int64_t seed);

  void Find(std::size_t begin, std::size_t end, GapCandidates& found) const;

 private:
  using Cell = std::array<std::int64_t, 3>;
  Cell CellOf(float x, float y, float z) const;
  void Consider(std::size_t i, std::size_t j, GapCandidates& found) const;
  const SomaPositions& a_;
  const SomaPositions& b_;
  const GapReach& reach_;
  std::int64_t seed_;
  double edge_;
  std::vector<std::pair<Cell, std::uint32_t>> grid_;  // of b, sorted
};

/// The sections of a cell as gap junctions see them.
class JunctionSites {
 public:
  /// morphology: passes ValidateMorphology.
  explicit JunctionSites(const Morphology& morphology);

  /// Sections of this SWC type, ascending; none for an unknown type.
  absl::Span<const std::uint32_t> OfClass(int swc_type) const;

  /// Path length from a place (x from 0 to 1 along the section) to the middle
  /// of the root section, um.
  double RootDistance(std::uint32_t section, double x) const;

 private:
  struct Section {
    double length_um = 0;
    double start_um = 0;  ///< path length from its 0 end to the root's middle
    bool root = false;
  };
  std::vector<Section> sections_;
  std::array<std::vector<std::uint32_t>, 9> of_class_;
};

/// A place on each of the two cells, low gid first.
struct JunctionPlace {
  std::uint32_t section[2] = {0, 0};
  float position[2] = {0, 0};
};

/// A class of sections that both cells have and `classes` (SWC types) allow,
/// each equally likely; on each cell a section of the class, each equally
/// likely, and the position max(U, 0.01).  From the stream (seed, "gap junction
/// place", low, high).  nullopt if there is no such class.
std::optional<JunctionPlace> PlaceJunction(const GapCandidate& pair,
                                           const JunctionSites& low,
                                           const JunctionSites& high,
                                           absl::Span<const int> classes,
                                           std::int64_t seed);

/// How strongly a place couples, nS: coefficient times the fitted weight of its
/// path length to the root, taken at the nearest length within the bounds;
/// never negative.
struct GapCoupling {
  double coefficient = 0;
  double min_um = 0, max_um = 0;
  PolynomialFit weight;

  float At(double root_distance_um) const;
};

}  // namespace miv::build
