#include "common/neuroh5/writer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/cell_column.h"
#include "common/neuroh5/collective.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/types_io.h"

namespace miv::neuroh5 {
namespace {

absl::Status BadColumn(const Handle& file, const std::string& group,
                       const CellColumn& column, std::string expected,
                       std::string found) {
  Fault fault;
  fault.what = "the column does not fit the cells";
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  return ObjectError(absl::StatusCode::kInvalidArgument, file,
                     absl::StrCat(group, "/", column.name), fault);
}

absl::Status CheckColumn(const Handle& file, const std::string& group,
                         std::size_t cells, const CellColumn& column) {
  const std::size_t values = SizeOf(column.values);
  if (column.offsets.empty()) {
    if (values == cells) return absl::OkStatus();
    return BadColumn(file, group, column, absl::StrCat(cells, " values"),
                     absl::StrCat(values));
  }
  if (column.offsets.size() != cells + 1 || column.offsets.front() != 0 ||
      column.offsets.back() != values)
    return BadColumn(
        file, group, column,
        absl::StrCat(cells + 1, " offsets from 0 to ", values),
        absl::StrCat(column.offsets.size(), " from ", column.offsets.front(),
                     " to ", column.offsets.back()));
  if (!std::is_sorted(column.offsets.begin(), column.offsets.end()))
    return BadColumn(file, group, column, "offsets that do not decrease",
                     "decreasing ones");
  return absl::OkStatus();
}

std::vector<const CellColumn*> SortedByName(
    absl::Span<const CellColumn> columns) {
  std::vector<const CellColumn*> sorted;
  for (const CellColumn& column : columns) sorted.push_back(&column);
  std::sort(sorted.begin(), sorted.end(),
            [](const CellColumn* a, const CellColumn* b) {
              return a->name < b->name;
            });
  return sorted;
}

}  // namespace

absl::StatusOr<Writer> Writer::Create(const std::string& path,
                                      const FileAccess& access,
                                      const Types& types) {
  MIV_RETURN_IF_ERROR(access.team->Agree(InFile(CheckTypes(types), path)));
  absl::StatusOr<Handle> file = CreateFile(path, access);
  MIV_RETURN_IF_ERROR(access.team->Agree(file.status()));
  MIV_RETURN_IF_ERROR(access.team->Agree(WriteTypes(access, *file, types)));
  return Writer(path, access, types, *std::move(file));
}

absl::Status Writer::WriteCells(absl::string_view population,
                                absl::string_view name_space,
                                absl::Span<const std::uint32_t> gids,
                                absl::Span<const CellColumn> columns) {
  const std::string group = CellPath(population, name_space);
  std::vector<ColumnName> names;
  absl::Status sound;
  for (const CellColumn* column : SortedByName(columns)) {
    names.push_back({column->name, TypeOf(column->values)});
    if (sound.ok()) sound = CheckColumn(file_, group, gids.size(), *column);
  }
  MIV_RETURN_IF_ERROR(access_.team->Agree(sound));
  MIV_ASSIGN_OR_RETURN(
      const CellBlock block,
      BeginNamespace(*this, population, name_space, gids, names));
  absl::Status written;
  for (const CellColumn* column : SortedByName(columns)) {
    std::vector<std::uint64_t> counts;
    if (column->offsets.empty()) counts.assign(gids.size(), 1);
    const std::vector<std::uint64_t> offsets =
        column->offsets.empty() ? OffsetsOf(counts) : column->offsets;
    MIV_ASSIGN_OR_RETURN(
        const OpenColumn open,
        CreateColumn(*this, absl::StrCat(group, "/", column->name),
                     TypeOf(column->values), block, offsets));
    if (written.ok())
      written = WriteValues(access_, open.values, open.rows.before,
                            ViewOf(column->values));
  }
  return access_.team->Agree(written);
}

absl::Status Writer::SetAttribute(absl::string_view object,
                                  absl::string_view name, double value) {
  return access_.team->Agree(
      WriteAttribute(file_, object, name, {value}, /*scalar=*/true));
}

absl::Status Writer::SetAttribute(absl::string_view object,
                                  absl::string_view name,
                                  absl::Span<const double> values) {
  return access_.team->Agree(
      WriteAttribute(file_, object, name, values, /*scalar=*/false));
}

absl::Status Writer::SetAttribute(absl::string_view object,
                                  absl::string_view name,
                                  absl::string_view text) {
  return access_.team->Agree(WriteAttribute(file_, object, name, text));
}

absl::Status Writer::Close() {
  absl::Status status;
  if (H5Fflush(file_.id(), H5F_SCOPE_LOCAL) < 0)
    status = Hdf5Error(absl::StatusCode::kUnavailable, file_, "/",
                       "the file cannot be completed");
  if (!file_.Reset() && status.ok()) {
    Fault fault;
    fault.reason = "FILE_NOT_WRITABLE";
    fault.file = path_;
    fault.what = "the file cannot be completed";
    fault.remedy = "Check that the disk has room.";
    status = MakeStatus(absl::StatusCode::kUnavailable, fault);
  }
  return access_.team->Agree(status);
}

}  // namespace miv::neuroh5
