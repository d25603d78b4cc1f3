#pragma once

// Places synapses on cells of one geometry.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/keyed_rng.h"
#include "worker/build/synapses/cell_geometry.h"
#include "worker/build/synapses/section_curve.h"
#include "worker/build/synapses/synapse_density.h"

namespace miv::build {

/// The synapses of one or more cells, one entry per synapse in every column.
struct SynapseTable {
  std::vector<std::uint32_t> syn_ids;  ///< from 0, by cell, in placement order
  std::vector<float> cdists;           ///< um from the origin of the morphology
  std::vector<float> locs;          ///< normalised position, strictly in (0, 1)
  std::vector<std::uint32_t> secs;  ///< section index
  std::vector<std::int8_t> layers;
  std::vector<std::uint8_t> types;
  std::vector<std::uint8_t> swc_types;

  std::size_t size() const { return syn_ids.size(); }
  /// Keeps the memory.
  void Clear();
  bool operator==(const SynapseTable&) const = default;
};

/// An entry of a density table that no segment of the geometry asks for.
struct UnusedDensity {
  std::size_t rule = 0;   ///< index into the table
  std::size_t layer = 0;  ///< index into the rule's layers
  bool operator==(const UnusedDensity&) const = default;
};

/// What is common to all cells of one geometry and density table, worked out
/// once.  Const members are thread safe.
///
/// Rules in order; per rule the sections of its class: for every section whose
/// parent is of another class first its descendants of the class in preorder,
/// then itself.  A segment (centre (i + 0.5) / nseg) takes the layer of the 3-d
/// point nearest to its centre along the arc, the earlier one of two equally
/// near.  Its density is drawn from Normal(mean, sd) given that it is positive.
/// Source: MiV-Simulator, distribute_synapses.py; corrected as SynapseOptions
/// says.
class SynapsePlan {
 public:
  /// Errors: those of ValidateCellGeometry and ValidateDensityTable.
  static absl::StatusOr<SynapsePlan> Create(const CellGeometry& cell,
                                            absl::Span<const DensityRule> table,
                                            const SynapseOptions& options);

  /// Appends the synapses of cell `gid` to `out`.  What a section gets depends
  /// on (seed, gid, section, synapse type) and the section itself only.
  void Place(std::int64_t seed, std::uint32_t gid, SynapseTable& out) const;

  /// The number of synapses that Place appends; faster than Place.
  std::uint64_t Count(std::int64_t seed, std::uint32_t gid) const;

  /// Mean number of synapses per cell of the homogeneous process.
  double expected_synapses() const { return expected_synapses_; }
  const std::vector<UnusedDensity>& unused() const { return unused_; }

 private:
  struct Segment {
    double mean, sd;
    double below;  ///< probability that the normal variable is not positive
    std::int8_t layer;
  };
  /// One synapse type on one section.
  struct Run {
    std::uint32_t section;
    std::uint8_t swc_type, synapse_type;
    double length_um;
    std::size_t first_segment;
    int nseg;
  };
  struct Arrivals;

  void AddRule(const CellGeometry& cell, const DensityRule& rule,
               std::size_t rule_index);
  void AddRun(const SectionGeometry& section, std::uint32_t index,
              const DensityRule& rule, std::vector<bool>& used);
  void Arrive(const Run& run, std::int64_t seed, std::uint32_t gid,
              Arrivals& arrivals) const;
  void ArriveHomogeneous(const Run& run, KeyedRng& rng, Arrivals& out) const;
  void ArriveOriginal(const Run& run, KeyedRng& rng, Arrivals& out) const;
  void ArriveEvenly(const Run& run, KeyedRng& rng, Arrivals& out) const;

  SynapseOptions options_;
  std::vector<Segment> segments_;
  std::vector<Run> runs_;
  std::vector<SectionCurve> curves_;  // by section
  std::vector<UnusedDensity> unused_;
  double expected_synapses_ = 0;
};

}  // namespace miv::build
