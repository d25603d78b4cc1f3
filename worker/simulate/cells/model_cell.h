#pragma once

// A cell of the running model: NEURON's object with what the rest of the
// simulation needs to know about its sections.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/simulate/cells/cell_types.h"
#include "worker/simulate/cells/discretisation.h"
#include "worker/simulate/cells/section_tree.h"
#include "worker/simulate/neuron/cell.h"

namespace miv::simulate {

struct ModelCell {
  std::uint32_t gid = 0;
  int population = 0;  ///< index into the loaded populations
  bool artificial = false;
  std::unique_ptr<neuron::Cell> cell;

  // The rest is empty for artificial cells.

  /// The template's `sections` in index order (syn_secs refers to it); without
  /// that member, the sections of its class lists.
  std::vector<neuron::SectionHandle> sections;
  std::vector<TreeSection> tree;  ///< parallel to sections
  std::vector<int> order;         ///< VisitOrder from the first soma section
  std::optional<DetectorPlace> detector;

  /// Indices of the sections of a class, in visiting order.
  std::vector<int> OfClass(std::uint8_t swc_type) const;
};

/// A section with long segments: what they measure, in length constants.
struct CoarseSection {
  double segment_length = 0;
  std::uint32_t gid = 0;
  int section = 0;
};

/// Reads the sections of a fresh instance, types them by the template's lists,
/// and finds the spike detector.
/// rule: how many segments each section gets; nullptr = the template's.
/// Errors: InvalidArgument if a cell with a membrane has no soma or no place
/// for a detector.
absl::StatusOr<std::unique_ptr<ModelCell>> MakeModelCell(
    std::unique_ptr<neuron::Cell> cell, const CellType& type,
    const SegmentRule* rule = nullptr);

/// The sections whose segments are longer than `limit` length constants at
/// 100 Hz.
std::vector<CoarseSection> CoarseSections(const ModelCell& cell, double limit);

}  // namespace miv::simulate
