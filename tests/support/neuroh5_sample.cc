#include "tests/support/neuroh5_sample.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/cell_stream.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection_stream.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/writer.h"

namespace miv::neuroh5 {
namespace {

using Gids = std::vector<std::uint32_t>;

// A value that depends on its place only.
template <typename T>
T ValueAt(std::uint32_t gid, std::uint64_t i) {
  return static_cast<T>(gid * 31 + i * 7 + 1);
}

template <typename T>
CellColumn Column(const std::string& name, const Gids& gids,
                  std::uint64_t per_cell) {
  CellColumn column{name, {0}, std::vector<T>()};
  auto& values = std::get<std::vector<T>>(column.values);
  for (const std::uint32_t gid : gids) {
    for (std::uint64_t i = 0; i < per_cell * (gid % 3); ++i)
      values.push_back(ValueAt<T>(gid, i));
    column.offsets.push_back(values.size());
  }
  return column;
}

CellColumn OnePerCell(const std::string& name, const Gids& gids) {
  std::vector<float> values;
  for (const std::uint32_t gid : gids)
    values.push_back(ValueAt<float>(gid, name[0]));
  return {name, {}, values};
}

absl::Status WriteCoordinates(Writer& writer, const Population& p,
                              const Gids& gids) {
  std::vector<CellColumn> columns;
  for (const char* name : {"X Coordinate", "Y Coordinate", "Z Coordinate",
                           kUCoordinate, kVCoordinate, kLCoordinate})
    columns.push_back(OnePerCell(name, gids));
  MIV_RETURN_IF_ERROR(
      writer.WriteCells(p.name, kGeneratedCoordinates, gids, columns));
  const std::vector<CellColumn> distances = {OnePerCell(kVDistance, gids),
                                             OnePerCell(kUDistance, gids)};
  MIV_RETURN_IF_ERROR(
      writer.WriteCells(p.name, kArcDistances, gids, distances));
  const std::string group =
      absl::StrCat("/Populations/", p.name, "/", kArcDistances);
  MIV_RETURN_IF_ERROR(writer.SetAttribute(group, kReferenceUMin, -1.5));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(group, kReferenceUMax, 2.25));
  MIV_RETURN_IF_ERROR(
      writer.SetAttribute(group, "origin", std::vector<double>{1, 2, 3}));
  return writer.SetAttribute(group, "mode", "exact");
}

absl::Status WriteSynapses(Writer& writer, const Gids& gids) {
  std::vector<std::uint64_t> counts;
  for (const std::uint32_t gid : gids) counts.push_back(SynapsesOf(gid));
  const std::vector<ColumnName> names = {{kSynIds, ValueType::kU32},
                                         {kSynLocs, ValueType::kF32},
                                         {kSynLayers, ValueType::kI8}};
  MIV_ASSIGN_OR_RETURN(CellStream stream,
                       CellStream::Create(writer, "PYR", kSynapseAttributes,
                                          names, gids, counts));
  for (const std::uint32_t gid : gids) {
    std::vector<std::uint32_t> ids;
    std::vector<float> locs;
    std::vector<std::int8_t> layers;
    for (std::uint64_t i = 0; i < SynapsesOf(gid); ++i) {
      ids.push_back(static_cast<std::uint32_t>(i));
      locs.push_back(ValueAt<float>(gid, i));
      layers.push_back(ValueAt<std::int8_t>(gid, i));
    }
    MIV_RETURN_IF_ERROR(
        stream.Write({absl::MakeConstSpan(ids), absl::MakeConstSpan(locs),
                      absl::MakeConstSpan(layers)}));
  }
  return stream.Finish();
}

// With 150001 values per cell more than one chunk.
absl::Status WriteManyValues(Writer& writer, const Gids& gids,
                             const std::string& name_space,
                             std::uint64_t per_cell) {
  const std::vector<std::uint64_t> counts(gids.size(), per_cell);
  const std::vector<ColumnName> columns = {{"v", ValueType::kU8}};
  MIV_ASSIGN_OR_RETURN(
      CellStream stream,
      CellStream::Create(writer, "PVBC", name_space, columns, gids, counts));
  for (const std::uint32_t gid : gids) {
    const std::vector<std::uint8_t> values(per_cell,
                                           static_cast<std::uint8_t>(gid));
    MIV_RETURN_IF_ERROR(stream.Write({absl::MakeConstSpan(values)}));
  }
  return stream.Finish();
}

absl::Status WriteAllTypes(Writer& writer, const Gids& gids) {
  const std::vector<CellColumn> columns = {
      Column<std::int32_t>("i32", gids, 3),
      Column<float>("f32", gids, 1),
      Column<std::uint8_t>("u8", gids, 2),
      Column<std::int8_t>("i8", gids, 2),
      Column<std::uint16_t>("u16", gids, 4),
      Column<std::int16_t>("i16", gids, 5),
      Column<std::uint32_t>("u32", gids, 6)};
  MIV_RETURN_IF_ERROR(writer.WriteCells("PVBC", "All Types", gids, columns));
  // Cells of one rank only, and of none.
  const Gids one = !gids.empty() && gids[0] == 23 ? Gids{23} : Gids{};
  MIV_RETURN_IF_ERROR(writer.WriteCells("PVBC", "One Cell", one,
                                        {{Column<float>("f32", one, 2)}}));
  return writer.WriteCells("PVBC", "No Cell", {},
                           {{Column<float>("f32", {}, 2)}});
}

absl::Status WriteForest(Writer& writer, const Gids& gids) {
  const std::vector<Tree> shapes = {SampleTree(0), SampleTree(100)};
  std::vector<std::uint32_t> shape_of;
  for (const std::uint32_t gid : gids) shape_of.push_back(gid % 2);
  return WriteTrees(writer, "PYR", gids, shape_of, shapes);
}

// Edges of a destination: `degree` sources of the population, not in order.
absl::Status WriteEdges(Writer& writer, const ProjectionName& name,
                        const Gids& destinations, std::uint64_t degree) {
  MIV_ASSIGN_OR_RETURN(const Population source,
                       writer.types().Get(name.source));
  const std::vector<EdgeAttributeName> attributes = {
      {kSynapses, kSynId, ValueType::kU32},
      {kConnections, kDistance, ValueType::kF32}};
  const std::vector<std::uint64_t> counts(destinations.size(), degree);
  MIV_ASSIGN_OR_RETURN(
      ProjectionStream stream,
      ProjectionStream::Create(writer, name, destinations, counts, attributes));
  for (const std::uint32_t dst : destinations) {
    Edges edges;
    edges.dst_gids = {dst};
    edges.offsets = {0, degree};
    std::vector<std::uint32_t> ids;
    std::vector<float> distances;
    for (std::uint64_t i = 0; i < degree; ++i) {
      edges.src_gids.push_back(static_cast<std::uint32_t>(
          source.start + (dst * 5 + i * 3) % source.count));
      ids.push_back(ValueAt<std::uint32_t>(dst, i));
      distances.push_back(ValueAt<float>(dst, i));
    }
    edges.attributes = {ids, distances};
    MIV_RETURN_IF_ERROR(stream.Write(std::move(edges)));
  }
  return stream.Finish();
}

Gids WithoutGap(const Gids& gids, std::uint32_t left_out) {
  Gids kept;
  for (const std::uint32_t gid : gids)
    if (gid != left_out) kept.push_back(gid);
  return kept;
}

}  // namespace

Types SampleTypes() {
  return MakeTypes({{"STIM", 100, 11}, {"PYR", 0, 23}, {"PVBC", 10, 7}},
                   {{"PYR", "STIM"},
                    {"PYR", "PVBC"},
                    {"PVBC", "PYR"},
                    {"PVBC", "PVBC"}})
      .value();
}

Tree SampleTree(float shift) {
  Tree tree;
  for (int i = 0; i < 10; ++i) {
    tree.x.push_back(shift + static_cast<float>(i));
    tree.y.push_back(static_cast<float>(10 * i));
    tree.z.push_back(0.5f);
    tree.radius.push_back(i < 3 ? 5.0f : 0.5f);
    tree.layer.push_back(static_cast<std::int8_t>(i / 4 - 1));
    tree.swc_type.push_back(i < 3 ? 1 : 4);
  }
  tree.parent = {-1, 0, 1, 2, 3, 4, 5, 6, 5, 8};
  tree.sections = {{0, 1, 2}, {3, 4, 5}, {6, 7}, {8, 9}};
  tree.src = {0, 1, 1};
  tree.dst = {1, 2, 3};
  return tree;
}

Gids OwnGids(const Team& team, const Population& p) {
  Gids gids;
  const std::uint64_t n = p.count, r = team.rank(), size = team.size();
  for (std::uint64_t i = n * r / size; i < n * (r + 1) / size; ++i)
    gids.push_back(static_cast<std::uint32_t>(p.start + i));
  return gids;
}

std::uint64_t SynapsesOf(std::uint32_t gid) {
  if (gid % 3 == 0) return 0;
  return gid == 7 ? 9000 : gid + 1;
}

absl::Status WriteSample(const std::string& path, const FileAccess& access) {
  const Types types = SampleTypes();
  MIV_ASSIGN_OR_RETURN(Writer writer, Writer::Create(path, access, types));
  for (const Population& p : types.populations)
    MIV_RETURN_IF_ERROR(WriteCoordinates(writer, p, OwnGids(*access.team, p)));
  const Gids pyr = OwnGids(*access.team, *types.Find("PYR"));
  const Gids pvbc = OwnGids(*access.team, *types.Find("PVBC"));
  MIV_RETURN_IF_ERROR(WriteSynapses(writer, pyr));
  MIV_RETURN_IF_ERROR(WriteAllTypes(writer, pvbc));
  MIV_RETURN_IF_ERROR(WriteManyValues(writer, pvbc, "Some", 60001));
  MIV_RETURN_IF_ERROR(WriteManyValues(writer, pvbc, "Many", 150001));
  MIV_RETURN_IF_ERROR(WriteForest(writer, pyr));
  MIV_RETURN_IF_ERROR(
      WriteEdges(writer, {"PYR", "STIM"}, WithoutGap(pyr, 4), 8));
  MIV_RETURN_IF_ERROR(WriteEdges(writer, {"PYR", "PVBC"}, {}, 3));
  MIV_RETURN_IF_ERROR(WriteEdges(writer, {"PVBC", "PYR"}, pvbc, 0));
  MIV_RETURN_IF_ERROR(WriteEdges(writer, {"PVBC", "PVBC"}, pvbc, 1700));
  return writer.Close();
}

absl::Status CopySample(const std::string& sample, const std::string& path,
                        const FileAccess& access) {
  MIV_ASSIGN_OR_RETURN(Writer writer,
                       Writer::Create(path, access, SampleTypes()));
  for (const char* object :
       {"/Populations/PVBC/Arc Distances", "/Populations/PVBC/Many",
        "/Populations/PYR/Arc Distances", "/Populations/PYR/Trees",
        "/Projections"})
    MIV_RETURN_IF_ERROR(writer.CopyFrom(sample, object));
  return writer.Close();
}

}  // namespace miv::neuroh5
