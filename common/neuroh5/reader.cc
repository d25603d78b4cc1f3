#include "common/neuroh5/reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/types_io.h"

namespace miv::neuroh5 {
namespace {

// Children of a group that are groups themselves.
absl::StatusOr<std::vector<std::string>> ChildGroups(const Handle& file,
                                                     const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                       ChildNames(file, path));
  std::vector<std::string> groups;
  for (const std::string& name : names)
    if (OpenGroup(file, absl::StrCat(path, "/", name)).ok())
      groups.push_back(name);
  return groups;
}

absl::StatusOr<CellAttributeInfo> InfoOf(const Handle& file,
                                         const std::string& group,
                                         const std::string& name) {
  const std::string path = absl::StrCat(group, "/", name, "/");
  MIV_ASSIGN_OR_RETURN(const Handle values,
                       OpenDataset(file, absl::StrCat(path, kAttributeValue)));
  CellAttributeInfo info;
  info.name = name;
  info.stored_type = TypeText(values);
  const absl::StatusOr<ValueType> type = StoredType(values);
  info.readable = type.ok();
  if (type.ok()) info.type = *type;
  MIV_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(values));
  info.values = shape.rows;
  if (!Exists(file, absl::StrCat(path, kCellIndex))) return info;
  MIV_ASSIGN_OR_RETURN(const Handle index,
                       OpenDataset(file, absl::StrCat(path, kCellIndex)));
  MIV_ASSIGN_OR_RETURN(const Shape cells, ShapeOf(index));
  info.cells = cells.rows;
  return info;
}

}  // namespace

Selection Selection::Gids(std::vector<std::uint32_t> gids) {
  std::sort(gids.begin(), gids.end());
  gids.erase(std::unique(gids.begin(), gids.end()), gids.end());
  return Selection(Kind::kGids, std::move(gids), 0, 0);
}

bool Selection::Contains(std::uint32_t gid) const {
  if (kind_ == Kind::kRange) return gid >= begin_ && gid < end_;
  if (kind_ == Kind::kGids)
    return std::binary_search(gids_.begin(), gids_.end(), gid);
  return true;
}

Reader::Reader(std::string path, Handle file, Types types)
    : path_(std::move(path)),
      file_(std::move(file)),
      types_(std::move(types)),
      layouts_(std::make_shared<LayoutCache>()) {}

absl::StatusOr<Reader> Reader::Open(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(Handle file, OpenFile(path));
  absl::StatusOr<Types> types = ReadTypes(file);
  if (types.ok()) return Reader(path, std::move(file), *std::move(types));
  if (!absl::IsNotFound(types.status())) return types.status();
  Fault fault = FaultOrMessage(types.status());
  fault.what = "the file does not say which populations it has";
  fault.expected = absl::StrCat("/", kTypesGroup, " with '", kPopulations, "'");
  fault.remedy = "Copy /H5Types into it from the network's neuro.h5.";
  return MakeStatus(absl::StatusCode::kDataLoss, fault);
}

absl::StatusOr<Reader> Reader::OpenWithTypes(const std::string& path,
                                             Types types) {
  MIV_ASSIGN_OR_RETURN(Handle file, OpenFile(path));
  return Reader(path, std::move(file), std::move(types));
}

absl::StatusOr<std::vector<std::string>> Reader::PopulationNames() const {
  return ChildGroups(file_, absl::StrCat("/", kPopulationsGroup));
}

absl::StatusOr<std::vector<std::string>> Reader::Namespaces(
    absl::string_view population) const {
  return ChildGroups(file_, CellPath(population));
}

absl::StatusOr<std::vector<CellAttributeInfo>> Reader::CellAttributes(
    absl::string_view population, absl::string_view name_space) const {
  const std::string group = CellPath(population, name_space);
  MIV_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                       ChildGroups(file_, group));
  std::vector<CellAttributeInfo> infos;
  for (const std::string& name : names) {
    if (!Exists(file_, absl::StrCat(group, "/", name, "/", kAttributeValue)))
      continue;
    MIV_ASSIGN_OR_RETURN(CellAttributeInfo info, InfoOf(file_, group, name));
    infos.push_back(std::move(info));
  }
  return infos;
}

bool Reader::HasNamespace(absl::string_view population,
                          absl::string_view name_space) const {
  return OpenGroup(file_, CellPath(population, name_space)).ok();
}

absl::StatusOr<double> Reader::NumberAttribute(absl::string_view object,
                                               absl::string_view name) const {
  return ReadNumberAttribute(file_, object, name);
}

absl::StatusOr<std::vector<ProjectionName>> Reader::Projections() const {
  const std::string root = absl::StrCat("/", kProjectionsGroup);
  MIV_ASSIGN_OR_RETURN(const std::vector<std::string> destinations,
                       ChildGroups(file_, root));
  std::vector<ProjectionName> names;
  for (const std::string& destination : destinations) {
    MIV_ASSIGN_OR_RETURN(
        const std::vector<std::string> sources,
        ChildGroups(file_, absl::StrCat(root, "/", destination)));
    for (const std::string& source : sources)
      names.push_back({destination, source});
  }
  return names;
}

}  // namespace miv::neuroh5
