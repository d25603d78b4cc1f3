#include "worker/simulate/debug_tables.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate {
namespace {

/// Digits that give the same double back.
std::string Exact(double value) { return absl::StrFormat("%.17g", value); }

std::string SectionText(int index) {
  return absl::StrCat("sections[", index, "]");
}

void AddUnique(const std::string& name, std::vector<std::string>* names) {
  if (std::find(names->begin(), names->end(), name) == names->end()) {
    names->push_back(name);
  }
}

/// "-" for an empty text.
std::string OrDash(std::string text) { return text.empty() ? "-" : text; }

/// Index of a section among a cell's sections.
std::unordered_map<Section*, int> IndexSections(
    const std::vector<neuron::SectionHandle>& sections) {
  std::unordered_map<Section*, int> index;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    index.emplace(sections[i].section, static_cast<int>(i));
  }
  return index;
}

std::string NameOfClass(std::uint8_t swc_type) {
  for (const SectionClass& known : kSectionClasses) {
    if (known.swc_type == swc_type) return known.name;
  }
  return "-";
}

std::string SectionRow(const ModelCell& cell, int i,
                       const std::unordered_map<Section*, int>& all_index) {
  const neuron::SectionHandle section = cell.sections[i];
  const TreeSection& node = cell.tree[i];
  const bool root = node.parent < 0;
  const auto in_all = all_index.find(section.section);
  const neuron::MembraneNames membrane = neuron::MembraneOf(section);
  return absl::StrJoin(
             {absl::StrCat(cell.gid), SectionText(i),
              root ? std::string("-") : SectionText(node.parent),
              root ? std::string("-") : Exact(neuron::ParentPosition(section)),
              Exact(neuron::Orientation(section)), NameOfClass(node.swc_type),
              in_all == all_index.end() ? std::string("-")
                                        : absl::StrCat(in_all->second),
              Exact(neuron::Length(section)),
              absl::StrCat(neuron::SegmentCount(section)),
              Exact(neuron::AxialResistivity(section)),
              absl::StrCat(neuron::ShapePoints(section).size()),
              OrDash(absl::StrJoin(membrane.mechanisms, ",")),
              OrDash(absl::StrJoin(membrane.ions, ","))},
             "\t") +
         "\n";
}

absl::StatusOr<std::string> SegmentRows(const ModelCell& cell, int i) {
  const neuron::SectionHandle section = cell.sections[i];
  MIV_ASSIGN_OR_RETURN(const std::vector<neuron::Segment> segments,
                       neuron::Segments(section));
  std::string rows;
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const neuron::Segment& s = segments[k];
    const auto parameters =
        neuron::MembraneParameters(section, static_cast<int>(k));
    absl::StrAppend(
        &rows, cell.gid, "\t", SectionText(i), "\t", k, "\t", Exact(s.x), "\t",
        Exact(s.area), "\t", Exact(s.ri), "\t", Exact(s.diam), "\t",
        Exact(s.cm), "\t",
        absl::StrJoin(parameters, ";",
                      [](std::string* out, const neuron::NamedValue& p) {
                        absl::StrAppend(out, p.first, "=", Exact(p.second));
                      }),
        "\n");
  }
  return rows;
}

std::string PointRows(const ModelCell& cell, int i) {
  std::string rows;
  int point = 0;
  for (const neuron::ShapePoint& p : neuron::ShapePoints(cell.sections[i])) {
    absl::StrAppend(&rows, cell.gid, "\t", SectionText(i), "\t", point++, "\t",
                    Exact(p.x), "\t", Exact(p.y), "\t", Exact(p.z), "\t",
                    Exact(p.diam), "\t", Exact(p.arc), "\n");
  }
  return rows;
}

std::string DetectorRow(const ModelCell& cell, double dt_ms) {
  const DetectorPlace& place = *cell.detector;
  return absl::StrCat(cell.gid, "\t", SectionText(place.section), "\t",
                      Exact(place.x), "\t", Exact(place.threshold_mv), "\t",
                      Exact(std::max(2 * dt_ms, place.delay_ms)), "\n");
}

/// The four tables of one cell.
struct CellRows {
  std::string sections;
  std::string segments;
  std::string detectors;
  std::string points;
};

absl::StatusOr<CellRows> RowsOf(const ModelCell& cell, double dt_ms) {
  CellRows rows;
  const auto all_index = IndexSections(cell.cell->Sections("all"));
  for (std::size_t i = 0; i < cell.sections.size(); ++i) {
    const int section = static_cast<int>(i);
    rows.sections += SectionRow(cell, section, all_index);
    MIV_ASSIGN_OR_RETURN(const std::string segments,
                         SegmentRows(cell, section));
    rows.segments += segments;
    rows.points += PointRows(cell, section);
  }
  rows.detectors = DetectorRow(cell, dt_ms);
  return rows;
}

struct SectionTables {
  GidTable sections;
  GidTable segments;
  GidTable detectors;
  GidTable points;
};

absl::StatusOr<SectionTables> FillTables(parallel::Ranks& ranks,
                                         const std::string& directory,
                                         const LoadedCells& cells,
                                         double dt_ms) {
  MIV_ASSIGN_OR_RETURN(
      GidTable sections,
      GidTable::Create(ranks, JoinPath(directory, "sections.tsv")));
  MIV_ASSIGN_OR_RETURN(
      GidTable segments,
      GidTable::Create(ranks, JoinPath(directory, "segments.tsv")));
  MIV_ASSIGN_OR_RETURN(
      GidTable detectors,
      GidTable::Create(ranks, JoinPath(directory, "detectors.tsv")));
  MIV_ASSIGN_OR_RETURN(
      GidTable points,
      GidTable::Create(ranks, JoinPath(directory, "points.tsv")));
  for (const auto& cell : cells.cells) {
    if (cell->artificial) continue;
    MIV_ASSIGN_OR_RETURN(const CellRows rows, RowsOf(*cell, dt_ms));
    MIV_RETURN_IF_ERROR(sections.Append(cell->gid, rows.sections));
    MIV_RETURN_IF_ERROR(segments.Append(cell->gid, rows.segments));
    MIV_RETURN_IF_ERROR(detectors.Append(cell->gid, rows.detectors));
    MIV_RETURN_IF_ERROR(points.Append(cell->gid, rows.points));
  }
  return SectionTables{std::move(sections), std::move(segments),
                       std::move(detectors), std::move(points)};
}

}  // namespace

NetconTable::NetconTable(GidTable table, const SynapseMechanisms& mechanisms)
    : table_(std::move(table)), mechanisms_(mechanisms) {
  for (const auto& [mechanism, rule] : mechanisms_.rules) {
    for (const std::string& name : rule.parameters) {
      AddUnique(name, &parameters_);
    }
    std::vector<std::pair<int, std::string>> slots;
    for (const auto& [name, slot] : rule.weights)
      slots.emplace_back(slot, name);
    std::sort(slots.begin(), slots.end());
    for (const auto& [slot, name] : slots) AddUnique(name, &weights_);
  }
}

absl::StatusOr<std::unique_ptr<NetconTable>> NetconTable::Create(
    parallel::Ranks& ranks, const std::string& directory,
    const SynapseMechanisms& mechanisms) {
  MIV_ASSIGN_OR_RETURN(
      GidTable table,
      GidTable::Create(ranks, JoinPath(directory, "netcons.tsv")));
  return std::unique_ptr<NetconTable>(
      new NetconTable(std::move(table), mechanisms));
}

std::string NetconTable::RowOf(const ConnectedCell& cell,
                               std::size_t connection) const {
  const PlannedConnection& planned = cell.table.connections[connection];
  const PlannedPointProcess& process =
      cell.table.point_processes[planned.point_process];
  const SynapseVariant& variant = cell.variants.variant(planned.variant);
  const auto handle = cell.connections[connection];
  const auto point_process = cell.point_processes[planned.point_process];
  std::string row = absl::StrCat(
      cell.cell.gid, "\t", cell.synapses.ids[planned.synapse], "\t",
      variant.name, "\t", planned.src_gid, "\t", variant.type->name, "\t",
      SectionText(static_cast<int>(process.section)), "\t",
      Exact(neuron::PlaceOf(point_process).second), "\t",
      Exact(neuron::DelayOf(handle)));
  const MechanismRule& rule = mechanisms_.rules.at(variant.type->name);
  for (const std::string& name : weights_) {
    const auto slot = rule.weights.find(name);
    absl::StrAppend(&row, "\t",
                    slot == rule.weights.end()
                        ? std::string("-")
                        : Exact(neuron::WeightOf(handle, slot->second)));
  }
  for (const std::string& name : parameters_) {
    const auto index = variant.type->parameters.find(name);
    absl::StrAppend(
        &row, "\t",
        index == variant.type->parameters.end()
            ? std::string("-")
            : Exact(neuron::ParameterOf(point_process, index->second)));
  }
  absl::StrAppend(&row, "\t", process.first_syn_id, "\n");
  return row;
}

absl::Status NetconTable::OnCell(const ConnectedCell& cell) {
  std::vector<std::size_t> order(cell.connections.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key = [&cell](std::size_t i) {
    const PlannedConnection& planned = cell.table.connections[i];
    return std::make_pair(cell.synapses.ids[planned.synapse],
                          cell.variants.variant(planned.variant).name);
  };
  std::sort(order.begin(), order.end(),
            [&key](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::string lines;
  for (const std::size_t i : order) lines += RowOf(cell, i);
  return table_.Append(cell.cell.gid, lines);
}

absl::Status NetconTable::Finish() {
  std::string header =
      "post_gid\tsyn_id\tname\tsrc_gid\tmechanism\tsection\tx\tdelay";
  for (const std::string& name : weights_) absl::StrAppend(&header, "\t", name);
  for (const std::string& name : parameters_) {
    absl::StrAppend(&header, "\t", name);
  }
  return table_.Finish(absl::StrCat(header, "\tshared_syn_id"));
}

absl::Status WriteSectionTables(parallel::Ranks& ranks,
                                const std::string& directory,
                                const LoadedCells& cells, double dt_ms) {
  auto tables = FillTables(ranks, directory, cells, dt_ms);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(tables.status()));
  MIV_RETURN_IF_ERROR(tables->sections.Finish(
      "gid\tsection\tparent\tparent_x\torientation\tlists\tall_index\tL\tnseg\t"
      "Ra\tn3d\tmechanisms\tions"));
  MIV_RETURN_IF_ERROR(tables->segments.Finish(
      "gid\tsection\tsegment\tx\tarea\tri\tdiam\tcm\tparameters"));
  MIV_RETURN_IF_ERROR(
      tables->detectors.Finish("gid\tsection\tx\tthreshold\tdelay"));
  return tables->points.Finish("gid\tsection\tpoint\tx\ty\tz\tdiam\tarc");
}

}  // namespace miv::simulate
