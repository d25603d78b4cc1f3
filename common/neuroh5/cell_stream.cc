#include "common/neuroh5/cell_stream.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/cell_column.h"
#include "common/neuroh5/collective.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"

namespace miv::neuroh5 {

absl::StatusOr<CellStream> CellStream::Create(
    Writer& writer, absl::string_view population, absl::string_view name_space,
    absl::Span<const ColumnName> columns, absl::Span<const std::uint32_t> gids,
    absl::Span<const std::uint64_t> counts) {
  CellStream stream;
  stream.writer_ = &writer;
  stream.group_ = CellPath(population, name_space);
  stream.columns_.assign(columns.begin(), columns.end());
  absl::Status sound;
  if (counts.size() != gids.size()) {
    Fault fault;
    fault.what = "the counts do not fit the cells";
    fault.expected = absl::StrCat(gids.size(), " counts");
    fault.found = absl::StrCat(counts.size());
    sound = ObjectError(absl::StatusCode::kInvalidArgument, writer.file(),
                        stream.group_, fault);
  }
  MIV_RETURN_IF_ERROR(writer.access().team->Agree(sound));
  MIV_ASSIGN_OR_RETURN(
      const CellBlock block,
      BeginNamespace(writer, population, name_space, gids, columns));
  // Objects are created in sorted order; writes come in the caller's.
  std::vector<std::size_t> order(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return columns[a].name < columns[b].name;
  });
  const std::vector<std::uint64_t> offsets = OffsetsOf(counts);
  stream.datasets_.resize(columns.size());
  for (const std::size_t c : order) {
    MIV_ASSIGN_OR_RETURN(
        OpenColumn open,
        CreateColumn(writer, absl::StrCat(stream.group_, "/", columns[c].name),
                     columns[c].type, block, offsets));
    stream.datasets_[c] = std::move(open.values);
    stream.next_ = open.rows.before;
    stream.last_ = open.rows.before + offsets.back();
  }
  return stream;
}

absl::Status CellStream::Write(absl::Span<const ValuesView> values) {
  Fault fault;
  if (values.size() != columns_.size()) {
    fault.what = "the values do not fit the columns";
    fault.expected = absl::StrCat(columns_.size(), " columns");
    fault.found = absl::StrCat(values.size());
    return Invalid(absl::StatusCode::kInvalidArgument, fault);
  }
  if (values.empty()) return absl::OkStatus();
  const std::size_t count = SizeOf(values[0]);
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (TypeOf(values[c]) == columns_[c].type && SizeOf(values[c]) == count)
      continue;
    fault.what =
        absl::StrCat("column '", columns_[c].name, "' does not fit the others");
    fault.expected =
        absl::StrCat(count, " values of type ", NameOf(columns_[c].type));
    fault.found =
        absl::StrCat(SizeOf(values[c]), " of type ", NameOf(TypeOf(values[c])));
    return Invalid(absl::StatusCode::kInvalidArgument, fault);
  }
  if (count > last_ - next_) {
    fault.what = "more values come than were announced";
    fault.expected = absl::StrCat("at most ", last_ - next_, " more");
    fault.found = absl::StrCat(count);
    return Invalid(absl::StatusCode::kOutOfRange, fault);
  }
  for (std::size_t c = 0; c < values.size(); ++c)
    MIV_RETURN_IF_ERROR(
        WriteValues(writer_->access(), datasets_[c], next_, values[c]));
  next_ += count;
  return absl::OkStatus();
}

absl::Status CellStream::Finish() {
  absl::Status status;
  if (next_ != last_) {
    Fault fault;
    fault.what = "fewer values came than were announced";
    fault.expected = absl::StrCat(last_ - next_, " more");
    status = Invalid(absl::StatusCode::kFailedPrecondition, fault);
  }
  datasets_.clear();
  return writer_->access().team->Agree(status);
}

absl::Status CellStream::Invalid(absl::StatusCode code,
                                 const Fault& fault) const {
  return ObjectError(code, writer_->file(), group_, fault);
}

}  // namespace miv::neuroh5
