#include "tests/support/neuroh5_json.h"

#include <string>

#include "common/base/status_macros.h"
#include "common/neuroh5/projection.h"

namespace miv::neuroh5 {
namespace {

using nlohmann::json;

json ListOf(const ValuesView& values) {
  return std::visit(
      [](const auto& v) {
        json list = json::array();
        for (const auto value : v) list.push_back(value);
        return list;
      },
      values);
}

json ListOf(const Values& values, const std::vector<std::uint64_t>& offsets,
            std::size_t i) {
  return ListOf(Slice(ViewOf(values), offsets[i], offsets[i + 1] - offsets[i]));
}

absl::StatusOr<json> CellsOf(const Reader& reader, const std::string& name) {
  json population = json::object();
  MIV_ASSIGN_OR_RETURN(const auto name_spaces, reader.Namespaces(name));
  for (const std::string& name_space : name_spaces) {
    MIV_ASSIGN_OR_RETURN(const auto attributes,
                         reader.CellAttributes(name, name_space));
    for (const CellAttributeInfo& info : attributes) {
      MIV_ASSIGN_OR_RETURN(
          const RaggedValues cells,
          reader.ReadCellValues(name, name_space, info.name, Selection::All()));
      for (std::size_t i = 0; i < cells.gids.size(); ++i)
        population[name_space][std::to_string(cells.gids[i])][info.name] =
            ListOf(cells.values, cells.offsets, i);
    }
  }
  return population;
}

absl::StatusOr<json> EdgesOf(const Reader& reader, const ProjectionName& name) {
  json destinations = json::object();
  MIV_ASSIGN_OR_RETURN(const Projection projection,
                       Projection::Open(reader, name));
  MIV_ASSIGN_OR_RETURN(
      const Edges edges,
      projection.Read(Selection::All(), projection.attributes()));
  for (std::size_t i = 0; i < edges.dst_gids.size(); ++i) {
    json& one = destinations[std::to_string(edges.dst_gids[i])];
    one["src"] = ListOf(Values(edges.src_gids), edges.offsets, i);
    for (std::size_t a = 0; a < edges.attributes.size(); ++a) {
      const EdgeAttributeName& attribute = projection.attributes()[a];
      one["attr"][attribute.name_space][attribute.name] =
          ListOf(edges.attributes[a], edges.offsets, i);
    }
  }
  return destinations;
}

}  // namespace

absl::StatusOr<json> MeaningOf(const Reader& reader) {
  json meaning = {{"cell_attributes", json::object()},
                  {"population_enum", json::object()},
                  {"population_ranges", json::object()},
                  {"projections", json::object()},
                  {"valid_projections", json::array()}};
  for (const Population& p : reader.types().populations) {
    meaning["population_enum"][p.name] = p.index;
    meaning["population_ranges"][p.name] = {p.start, p.count};
  }
  for (const ProjectionName& p : reader.types().valid_projections)
    meaning["valid_projections"].push_back({p.source, p.destination});
  MIV_ASSIGN_OR_RETURN(const auto populations, reader.PopulationNames());
  for (const std::string& name : populations) {
    MIV_ASSIGN_OR_RETURN(meaning["cell_attributes"][name],
                         CellsOf(reader, name));
  }
  MIV_ASSIGN_OR_RETURN(const auto projections, reader.Projections());
  for (const ProjectionName& name : projections) {
    MIV_ASSIGN_OR_RETURN(meaning["projections"][name.destination][name.source],
                         EdgesOf(reader, name));
  }
  return meaning;
}

}  // namespace miv::neuroh5
