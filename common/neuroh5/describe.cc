#include "common/neuroh5/describe.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/isolate.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection_index.h"

namespace miv::neuroh5 {
namespace {

absl::StatusOr<PopulationSummary> DescribePopulation(const Reader& reader,
                                                     const std::string& name) {
  PopulationSummary summary;
  summary.name = name;
  MIV_ASSIGN_OR_RETURN(const std::vector<std::string> name_spaces,
                       reader.Namespaces(name));
  for (const std::string& name_space : name_spaces) {
    MIV_ASSIGN_OR_RETURN(std::vector<CellAttributeInfo> attributes,
                         reader.CellAttributes(name, name_space));
    if (name_space != kTrees) {
      summary.namespaces.push_back({name_space, std::move(attributes)});
      continue;
    }
    for (const CellAttributeInfo& info : attributes)
      if (info.name == kXCoordinate) summary.trees = info.cells;
  }
  return summary;
}

absl::StatusOr<std::uint64_t> LengthOf(const Handle& file,
                                       const std::string& path) {
  if (!Exists(file, path)) return std::uint64_t{0};
  MIV_ASSIGN_OR_RETURN(const Handle dataset, OpenDataset(file, path));
  MIV_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(dataset));
  return shape.rows;
}

absl::StatusOr<ProjectionSummary> DescribeProjection(
    const Reader& reader, const ProjectionName& name) {
  ProjectionSummary summary;
  summary.name = name;
  summary.listed = reader.types().IsValid(name);
  const auto length = [&](absl::string_view dataset) {
    return LengthOf(reader.file(), ProjectionPath(name, kEdges, dataset));
  };
  MIV_ASSIGN_OR_RETURN(summary.blocks, length(kDestinationBlockIndex));
  MIV_ASSIGN_OR_RETURN(summary.edges, length(kSourceIndex));
  MIV_ASSIGN_OR_RETURN(const std::uint64_t pointer,
                       length(kDestinationPointer));
  summary.destinations = pointer == 0 ? 0 : pointer - 1;
  MIV_ASSIGN_OR_RETURN(summary.attributes, EdgeAttributes(reader.file(), name));
  return summary;
}

absl::StatusOr<FileSummary> DescribeHere(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const Reader reader, Reader::Open(path));
  FileSummary summary;
  summary.path = path;
  struct stat info;
  if (stat(path.c_str(), &info) == 0)
    summary.bytes = static_cast<std::uint64_t>(info.st_size);
  summary.types = reader.types();
  MIV_ASSIGN_OR_RETURN(const auto populations, reader.PopulationNames());
  for (const std::string& name : populations) {
    MIV_ASSIGN_OR_RETURN(PopulationSummary population,
                         DescribePopulation(reader, name));
    summary.populations.push_back(std::move(population));
  }
  MIV_ASSIGN_OR_RETURN(const auto projections, reader.Projections());
  for (const ProjectionName& name : projections) {
    MIV_ASSIGN_OR_RETURN(ProjectionSummary projection,
                         DescribeProjection(reader, name));
    summary.projections.push_back(std::move(projection));
  }
  MIV_ASSIGN_OR_RETURN(const auto names, ChildNames(reader.file(), "/"));
  for (const std::string& name : names)
    if (name != kTypesGroup && name != kPopulationsGroup &&
        name != kProjectionsGroup)
      summary.other_groups.push_back(name);
  return summary;
}

}  // namespace

absl::StatusOr<FileSummary> Describe(const std::string& path) {
  MIV_RETURN_IF_ERROR(RunIsolated(path, [&path] {
                        (void)DescribeHere(path);
                        return std::string();
                      }).status());
  return DescribeHere(path);
}

}  // namespace miv::neuroh5
