#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/cell_counts.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/reader.h"

namespace miv::neuroh5 {
namespace {

/// Cells without a pointer own all values each; more copies than this are
/// refused.
constexpr std::uint64_t kMaxSharedValues = std::uint64_t{1} << 32;

absl::StatusOr<std::shared_ptr<const CellLayout>> LayoutOf(
    const Reader& reader, absl::string_view population,
    absl::string_view name_space, absl::string_view attribute) {
  const absl::StatusOr<Population> known = reader.types().Get(population);
  if (!known.ok()) return InFile(known.status(), reader.path());
  return reader.layouts().Get(reader.file(), *known, name_space, attribute);
}

// A stored attribute and the rows of it that are asked for.
struct Selected {
  std::shared_ptr<const CellLayout> layout;
  std::vector<std::uint64_t> rows;
  bool merge = false;  ///< rows of one gid become one cell
};

absl::Status TooManyCopies(const Reader& reader, absl::string_view path,
                           const Selected& selected) {
  Fault fault;
  fault.what =
      "too many cells share the values of an attribute without pointer";
  fault.found = absl::StrCat(selected.rows.size(), " cells of ",
                             selected.layout->length, " values");
  fault.remedy = "Read fewer cells at a time.";
  return ObjectError(absl::StatusCode::kResourceExhausted, reader.file(), path,
                     fault);
}

absl::StatusOr<Selected> Select(const Reader& reader,
                                absl::string_view population,
                                absl::string_view name_space,
                                absl::string_view attribute,
                                const Selection& selection) {
  Selected selected;
  MIV_ASSIGN_OR_RETURN(selected.layout,
                       LayoutOf(reader, population, name_space, attribute));
  const CellLayout& layout = *selected.layout;
  auto rows = SelectRows(layout.gids, layout.ascending, selection);
  if (!rows.ok()) return InFile(rows.status(), reader.path());
  selected.rows = *std::move(rows);
  selected.merge = selection.kind() != Selection::Kind::kRows;
  if (layout.pointer.empty() && !selected.rows.empty() &&
      layout.length > kMaxSharedValues / selected.rows.size())
    return TooManyCopies(reader, CellPath(population, name_space, attribute),
                         selected);
  return selected;
}

// Sets index and offsets of the result; returns where its values come from.
template <typename Result>
std::vector<Span> Plan(const Selected& selected, Result* result) {
  std::vector<Span> spans;
  result->gids.clear();
  result->offsets.assign(1, 0);
  std::uint64_t at = 0;
  for (const std::uint64_t row : selected.rows) {
    const std::uint64_t count = selected.layout->count(row);
    const std::uint32_t gid = selected.layout->gids[row];
    AppendSpan({selected.layout->first(row), count, at}, &spans);
    at += count;
    if (selected.merge && !result->gids.empty() && result->gids.back() == gid) {
      result->offsets.back() = at;
      continue;
    }
    result->gids.push_back(gid);
    result->offsets.push_back(at);
  }
  return spans;
}

absl::Status OfAnotherType(const Reader& reader, absl::string_view path,
                           ValueType expected, ValueType found) {
  Fault fault;
  fault.what = "the attribute has values of another type";
  fault.expected = std::string(NameOf(expected));
  fault.found = std::string(NameOf(found));
  fault.remedy = "Convert the values and write the attribute again.";
  return ObjectError(absl::StatusCode::kInvalidArgument, reader.file(), path,
                     fault);
}

}  // namespace

absl::Status Reader::ReadCellValues(absl::string_view population,
                                    absl::string_view name_space,
                                    absl::string_view attribute,
                                    const Selection& selection,
                                    RaggedValues* result) const {
  MIV_ASSIGN_OR_RETURN(
      const Selected selected,
      Select(*this, population, name_space, attribute, selection));
  std::vector<Span> spans = Plan(selected, result);
  return ReadSpanValues(selected.layout->values, selected.layout->type,
                        std::move(spans), result->offsets.back(),
                        &result->values);
}

absl::StatusOr<RaggedValues> Reader::ReadCellValues(
    absl::string_view population, absl::string_view name_space,
    absl::string_view attribute, const Selection& selection) const {
  RaggedValues result;
  MIV_RETURN_IF_ERROR(
      ReadCellValues(population, name_space, attribute, selection, &result));
  return result;
}

template <typename T>
absl::Status Reader::ReadCells(absl::string_view population,
                               absl::string_view name_space,
                               absl::string_view attribute,
                               const Selection& selection,
                               Ragged<T>* result) const {
  MIV_ASSIGN_OR_RETURN(const auto layout,
                       LayoutOf(*this, population, name_space, attribute));
  if (layout->type != TypeFor<T>())
    return OfAnotherType(*this, CellPath(population, name_space, attribute),
                         TypeFor<T>(), layout->type);
  RaggedValues any{std::move(result->gids), std::move(result->offsets),
                   std::move(result->values)};
  const absl::Status status =
      ReadCellValues(population, name_space, attribute, selection, &any);
  result->gids = std::move(any.gids);
  result->offsets = std::move(any.offsets);
  result->values = std::get<std::vector<T>>(std::move(any.values));
  return status;
}

template <typename T>
absl::StatusOr<Ragged<T>> Reader::ReadCells(absl::string_view population,
                                            absl::string_view name_space,
                                            absl::string_view attribute,
                                            const Selection& selection) const {
  Ragged<T> result;
  MIV_RETURN_IF_ERROR(
      ReadCells(population, name_space, attribute, selection, &result));
  return result;
}

template absl::StatusOr<Ragged<float>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::Status Reader::ReadCells(absl::string_view, absl::string_view,
                                        absl::string_view, const Selection&,
                                        Ragged<float>*) const;
template absl::StatusOr<Ragged<std::uint8_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::Status Reader::ReadCells(absl::string_view, absl::string_view,
                                        absl::string_view, const Selection&,
                                        Ragged<std::uint8_t>*) const;
template absl::StatusOr<Ragged<std::int8_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::Status Reader::ReadCells(absl::string_view, absl::string_view,
                                        absl::string_view, const Selection&,
                                        Ragged<std::int8_t>*) const;
template absl::StatusOr<Ragged<std::uint16_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::Status Reader::ReadCells(absl::string_view, absl::string_view,
                                        absl::string_view, const Selection&,
                                        Ragged<std::uint16_t>*) const;
template absl::StatusOr<Ragged<std::int16_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::Status Reader::ReadCells(absl::string_view, absl::string_view,
                                        absl::string_view, const Selection&,
                                        Ragged<std::int16_t>*) const;
template absl::StatusOr<Ragged<std::uint32_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::Status Reader::ReadCells(absl::string_view, absl::string_view,
                                        absl::string_view, const Selection&,
                                        Ragged<std::uint32_t>*) const;
template absl::StatusOr<Ragged<std::int32_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::Status Reader::ReadCells(absl::string_view, absl::string_view,
                                        absl::string_view, const Selection&,
                                        Ragged<std::int32_t>*) const;

absl::StatusOr<std::vector<std::uint32_t>> Reader::CellIndex(
    absl::string_view population, absl::string_view name_space,
    absl::string_view attribute) const {
  MIV_ASSIGN_OR_RETURN(const auto layout,
                       LayoutOf(*this, population, name_space, attribute));
  return layout->gids;
}

absl::StatusOr<CellCounts> CountCellValues(const Reader& reader,
                                           absl::string_view population,
                                           absl::string_view name_space,
                                           absl::string_view attribute) {
  MIV_ASSIGN_OR_RETURN(const auto layout,
                       LayoutOf(reader, population, name_space, attribute));
  MIV_ASSIGN_OR_RETURN(
      const std::vector<std::uint64_t> rows,
      SelectRows(layout->gids, layout->ascending, Selection::All()));
  CellCounts cells;
  cells.gids.reserve(rows.size());
  cells.counts.reserve(rows.size());
  for (const std::uint64_t row : rows) {
    cells.gids.push_back(layout->gids[row]);
    cells.counts.push_back(layout->count(row));
  }
  return cells;
}

}  // namespace miv::neuroh5
