#pragma once

// A morphology as synapses see it: sections, their layers, their segments.

#include <cstdint>
#include <vector>

#include "common/neuroh5/tree.h"
#include "common/verify/expectations.h"
#include "common/verify/statistics.h"

namespace miv::verify {

/// A section in nseg segments of equal length; a segment has the layer of the
/// 3-d point nearest to its middle, the earlier of two.
struct Division {
  int nseg = 1;
  std::vector<std::int8_t> layers;  ///< [nseg]
  std::uint64_t misfits = 0;        ///< synapses that it does not explain
};

struct ShapeSection {
  int swc_type = 0;                 ///< of its last point
  double length_um = 0;             ///< along its points
  std::int8_t layer = 0;            ///< of all points, unless mixed
  bool mixed = false;               ///< points of several layers
  std::vector<Division> divisions;  ///< candidates; of mixed sections only
};

/// Synapses that a category should have on one cell.
struct CategoryExpectation {
  int section = 0, type = 0, layer = 0;
  double low = 0, high = 0;  ///< of the mean: as far as nseg is known
  double variance = 0;       ///< the largest that is possible
};

/// How many segments a section has is not stored in a neuroh5 file.  It
/// matters where a section crosses layers; there the numbers that explain the
/// layers of the synapses best are used, all of them if several do.
class CellShape {
 public:
  explicit CellShape(const neuroh5::Tree& tree);

  const std::vector<ShapeSection>& sections() const { return sections_; }

  /// Learns from a synapse; until Settle.
  void Learn(std::int64_t section, float loc, int layer);
  bool settled() const { return settled_; }
  void Settle();

  /// Whether a synapse at this place can be in this layer.  Settled.
  bool Allows(std::int64_t section, float loc, int layer) const;

  /// For every category of the rules that has length here.  Settled.
  ///   E = m+ Lc, Var = m+ Lc + v+ sum(l_segment^2)
  /// Source: build-pipeline.md 5.2.
  std::vector<CategoryExpectation> Expect(
      const SynapseExpectations& synapses) const;

 private:
  std::vector<ShapeSection> sections_;
  bool settled_ = false;
};

/// Equal for trees that differ in their gid only.
std::uint64_t ShapeKey(const neuroh5::Tree& tree);

}  // namespace miv::verify
