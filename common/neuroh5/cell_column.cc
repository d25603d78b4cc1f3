#include "common/neuroh5/cell_column.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"

namespace miv::neuroh5 {
namespace {

absl::Status CheckNames(const Handle& file, const std::string& group,
                        absl::string_view name_space,
                        absl::Span<const ColumnName> columns) {
  MIV_RETURN_IF_ERROR(CheckAttributeName(file, group, name_space));
  std::set<absl::string_view> seen;
  for (const ColumnName& column : columns) {
    MIV_RETURN_IF_ERROR(CheckAttributeName(file, group, column.name));
    if (seen.insert(column.name).second) continue;
    Fault fault;
    fault.what = "two columns have one name";
    fault.found = absl::StrCat("'", column.name, "'");
    return ObjectError(absl::StatusCode::kInvalidArgument, file, group, fault);
  }
  return CheckAbsent(file, group);
}

}  // namespace

absl::StatusOr<CellBlock> BeginNamespace(Writer& writer,
                                         absl::string_view population,
                                         absl::string_view name_space,
                                         absl::Span<const std::uint32_t> gids,
                                         absl::Span<const ColumnName> columns) {
  const FileAccess& access = writer.access();
  const std::string group = CellPath(population, name_space);
  const absl::StatusOr<Population> known = writer.types().Get(population);
  MIV_RETURN_IF_ERROR(
      access.team->Agree(InFile(known.status(), writer.path())));
  MIV_RETURN_IF_ERROR(access.team->Agree(
      CheckNames(writer.file(), group, name_space, columns)));
  std::string description = group;
  for (const ColumnName& column : columns)
    absl::StrAppend(&description, " ", column.name, ":", NameOf(column.type));
  MIV_RETURN_IF_ERROR(
      CheckSameEverywhere(access, writer.file(), group, description));
  MIV_ASSIGN_OR_RETURN(CellBlock block,
                       PlaceCells(access, writer.file(), group, *known, gids));
  MIV_RETURN_IF_ERROR(MakeGroup(access, writer.file(), group));
  return block;
}

absl::StatusOr<OpenColumn> CreateColumn(
    Writer& writer, const std::string& path, ValueType type,
    const CellBlock& block, absl::Span<const std::uint64_t> offsets) {
  const FileAccess& access = writer.access();
  const Handle& file = writer.file();
  OpenColumn column;
  column.rows = ScanOf(*access.team, offsets.back());
  MIV_RETURN_IF_ERROR(MakeGroup(access, file, path));
  MIV_ASSIGN_OR_RETURN(
      const Handle pointer,
      MakeDataset(access, file, absl::StrCat(path, "/", kAttributePointer),
                  Element::kU64, block.rows.total + 1));
  MIV_ASSIGN_OR_RETURN(
      column.values,
      MakeDataset(access, file, absl::StrCat(path, "/", kAttributeValue),
                  ElementOf(type), column.rows.total));
  MIV_ASSIGN_OR_RETURN(
      const Handle index,
      MakeDataset(access, file, absl::StrCat(path, "/", kCellIndex),
                  Element::kU32, block.rows.total));
  absl::Status written =
      WritePointer(access, pointer, block.rows, column.rows, offsets);
  if (written.ok())
    written = WriteRows(access, index, block.rows.before,
                        absl::MakeConstSpan(block.relative));
  MIV_RETURN_IF_ERROR(access.team->Agree(written));
  return column;
}

}  // namespace miv::neuroh5
