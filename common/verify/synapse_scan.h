#pragma once

// Checks of the synapses of one cell after the other.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/verify/cell_shape.h"
#include "common/verify/network.h"
#include "common/verify/population_block.h"
#include "common/verify/tally.h"

namespace miv::verify {

/// The synapses of one cell in a block.
struct CellSynapses {
  const SynapseColumns& columns;
  std::size_t first = 0, count = 0;
  std::uint32_t gid = 0;

  std::int64_t id(std::size_t i) const { return columns.ids[first + i]; }
  std::int64_t section(std::size_t i) const { return columns.secs[first + i]; }
  float loc(std::size_t i) const { return columns.locs[first + i]; }
  int layer(std::size_t i) const { return columns.layers[first + i]; }
  int type(std::size_t i) const { return columns.types[first + i]; }
  int swc_type(std::size_t i) const { return columns.swc_types[first + i]; }
};

/// Finds synapses of a cell by id.
class SynapseIndex {
 public:
  /// Returns the synapses whose id an earlier one has, and whether the ids are
  /// 0..n-1 in order; both by position.
  void Reset(const CellSynapses& cell);
  bool in_order() const { return in_order_; }
  std::size_t first_out_of_order() const { return out_of_order_; }
  const std::vector<std::size_t>& repeated() const { return repeated_; }
  /// Position of the synapse; nullopt if there is none.
  std::optional<std::size_t> Find(std::int64_t id) const;

 private:
  std::size_t size_ = 0;
  bool in_order_ = true;
  std::size_t out_of_order_ = 0;
  std::vector<std::size_t> repeated_;
  std::unordered_map<std::int64_t, std::size_t> positions_;
};

/// Distinct morphologies of a population.  Each is kept once; beyond a limit
/// only those of the current block are.
class ShapeTable {
 public:
  /// Learns the shapes of a block.
  void Learn(const PopulationBlock& block);
  /// nullptr for a cell without a tree.  Valid until the next Learn.
  const CellShape* Of(std::uint32_t gid) const;
  std::uint64_t KeyOf(std::uint32_t gid) const { return keys_.at(gid); }

 private:
  std::unordered_map<std::uint64_t, CellShape> shapes_;
  std::unordered_map<std::uint32_t, std::uint64_t> keys_;  ///< of the block
};

/// synapse_ids, synapse_ids_in_order, synapse_locations, synapse_types,
/// synapse_sections, synapse_section_class, synapse_layers, synapse_order.
class SynapseScan {
 public:
  explicit SynapseScan(const std::string& population);
  /// shape: nullptr if the cell has no tree.
  void Take(const CellSynapses& cell, const SynapseIndex& index,
            const CellShape* shape);
  /// trees: whether the file has any.  placed_in_order: the config's own
  /// placement, ascending along each section.
  void Report(const Work& work, bool trees, bool placed_in_order);

 private:
  void TakePlace(const CellSynapses& cell, std::size_t i,
                 const CellShape& shape);

  std::string population_;
  Tally ids_, order_, locs_, types_, treeless_, sections_, classes_, layers_,
      ascending_;
};

}  // namespace miv::verify
