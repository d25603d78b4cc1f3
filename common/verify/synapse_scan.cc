#include "common/verify/synapse_scan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace miv::verify {
namespace {

constexpr std::size_t kMaxShapes = 256;
// Synapses that a shape's divisions are learnt from.
constexpr std::uint64_t kLearnt = 200'000;

CellSynapses CellAt(const SynapseColumns& columns, std::size_t i) {
  return {columns, columns.offsets[i],
          columns.offsets[i + 1] - columns.offsets[i], columns.gids[i]};
}

}  // namespace

void SynapseIndex::Reset(const CellSynapses& cell) {
  size_ = cell.count;
  in_order_ = true;
  repeated_.clear();
  positions_.clear();
  for (std::size_t i = 0; i < cell.count && in_order_; ++i) {
    in_order_ = cell.id(i) == static_cast<std::int64_t>(i);
    out_of_order_ = i;
  }
  if (in_order_) return;
  for (std::size_t i = 0; i < cell.count; ++i)
    if (!positions_.emplace(cell.id(i), i).second) repeated_.push_back(i);
}

std::optional<std::size_t> SynapseIndex::Find(std::int64_t id) const {
  if (in_order_) {
    if (id < 0 || id >= static_cast<std::int64_t>(size_)) return std::nullopt;
    return static_cast<std::size_t>(id);
  }
  const auto found = positions_.find(id);
  if (found == positions_.end()) return std::nullopt;
  return found->second;
}

void ShapeTable::Learn(const PopulationBlock& block) {
  keys_.clear();
  if (shapes_.size() > kMaxShapes) shapes_.clear();
  for (const auto& tree : block.trees) {
    const std::uint64_t key = ShapeKey(tree);
    keys_[tree.gid] = key;
    if (!shapes_.contains(key)) shapes_.emplace(key, CellShape(tree));
  }
  std::unordered_map<std::uint64_t, std::uint64_t> learnt;
  for (std::size_t c = 0; c < block.synapses.gids.size(); ++c) {
    const CellSynapses cell = CellAt(block.synapses, c);
    const auto key = keys_.find(cell.gid);
    if (key == keys_.end()) continue;
    CellShape& shape = shapes_.at(key->second);
    if (shape.settled() || learnt[key->second] > kLearnt) continue;
    learnt[key->second] += cell.count;
    for (std::size_t i = 0; i < cell.count; ++i)
      shape.Learn(cell.section(i), cell.loc(i), cell.layer(i));
  }
  for (auto& [key, shape] : shapes_)
    if (!shape.settled()) shape.Settle();
}

const CellShape* ShapeTable::Of(std::uint32_t gid) const {
  const auto key = keys_.find(gid);
  return key == keys_.end() ? nullptr : &shapes_.at(key->second);
}

SynapseScan::SynapseScan(const std::string& population)
    : population_(population),
      ids_("synapse_ids", population, "no id twice in a cell"),
      order_("synapse_ids_in_order", population, "ids 0 to n-1 in this order"),
      locs_("synapse_locations", population, "0 < loc < 1"),
      types_("synapse_types", population, "type 0, 1 or 2"),
      treeless_("synapse_trees", population, "a tree for every cell"),
      sections_("synapse_sections", population, "the section is in the tree"),
      classes_("synapse_section_class", population,
               "swc_type of the section's last point"),
      layers_("synapse_layers", population, "layer of the segment"),
      ascending_("synapse_order", population, "loc ascending along a section") {
}

void SynapseScan::Take(const CellSynapses& cell, const SynapseIndex& index,
                       const CellShape* shape) {
  for (Tally* tally :
       {&ids_, &locs_, &types_, &sections_, &classes_, &layers_, &ascending_})
    tally->SawItems(cell.count);
  order_.SawItems(1);
  treeless_.SawItems(1);
  if (!index.in_order())
    order_.Offend(cell.gid, cell.id(index.first_out_of_order()), [&] {
      return absl::StrCat("at position ", index.first_out_of_order());
    });
  for (const std::size_t i : index.repeated())
    ids_.Expect(false, cell.gid, cell.id(i));
  if (shape == nullptr && cell.count > 0) treeless_.Expect(false, cell.gid);
  for (std::size_t i = 0; i < cell.count; ++i) {
    if (!(cell.loc(i) > 0 && cell.loc(i) < 1))
      locs_.Offend(cell.gid, cell.id(i),
                   [&] { return absl::StrFormat("loc %g", cell.loc(i)); });
    types_.Expect(cell.type(i) >= 0 && cell.type(i) <= 2, cell.gid, cell.id(i));
    if (shape != nullptr) TakePlace(cell, i, *shape);
    const bool next = i > 0 && cell.section(i) == cell.section(i - 1) &&
                      cell.type(i) == cell.type(i - 1);
    ascending_.Expect(!next || cell.loc(i) >= cell.loc(i - 1), cell.gid,
                      cell.id(i));
  }
}

void SynapseScan::TakePlace(const CellSynapses& cell, std::size_t i,
                            const CellShape& shape) {
  const std::int64_t section = cell.section(i);
  const auto text = [&] {
    return absl::StrCat("section ", section, ", swc_type ", cell.swc_type(i),
                        ", layer ", cell.layer(i));
  };
  if (section < 0 ||
      section >= static_cast<std::int64_t>(shape.sections().size())) {
    sections_.Offend(cell.gid, cell.id(i), text);
    return;
  }
  if (cell.swc_type(i) != shape.sections()[section].swc_type)
    classes_.Offend(cell.gid, cell.id(i), text);
  if (!shape.Allows(section, cell.loc(i), cell.layer(i)))
    layers_.Offend(cell.gid, cell.id(i), text);
}

void SynapseScan::Report(const Work& work, bool trees, bool placed_in_order) {
  work.Add(ids_.Finish());
  work.Add(placed_in_order
               ? order_.Finish()
               : order_.Skip("no config; other builders number otherwise"));
  work.Add(locs_.Finish());
  work.Add(types_.Finish());
  for (Tally* tally : {&treeless_, &sections_, &classes_, &layers_})
    work.Add(trees ? tally->Finish() : tally->Skip("the file has no trees"));
  work.Add(placed_in_order
               ? ascending_.Finish()
               : ascending_.Skip("no config gives the order of placement"));
}

}  // namespace miv::verify
