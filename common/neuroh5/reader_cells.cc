#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
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

// Index and offsets of the result, and where its values come from.
struct Gather {
  RaggedValues result;
  std::vector<Span> spans;
};
Gather Plan(const CellLayout& layout, const std::vector<std::uint64_t>& rows,
            bool merge) {
  Gather plan;
  std::uint64_t at = 0;
  for (const std::uint64_t row : rows) {
    const std::uint64_t count = layout.count(row);
    AppendSpan({layout.first(row), count, at}, &plan.spans);
    at += count;
    if (merge && !plan.result.gids.empty() &&
        plan.result.gids.back() == layout.gids[row]) {
      plan.result.offsets.back() = at;
      continue;
    }
    plan.result.gids.push_back(layout.gids[row]);
    plan.result.offsets.push_back(at);
  }
  return plan;
}

}  // namespace

absl::StatusOr<RaggedValues> Reader::ReadCellValues(
    absl::string_view population, absl::string_view name_space,
    absl::string_view attribute, const Selection& selection) const {
  MIV_ASSIGN_OR_RETURN(const auto layout,
                       LayoutOf(*this, population, name_space, attribute));
  const absl::StatusOr<std::vector<std::uint64_t>> rows =
      SelectRows(layout->gids, layout->ascending, selection);
  if (!rows.ok()) return InFile(rows.status(), path_);
  if (layout->pointer.empty() && !rows->empty() &&
      layout->length > kMaxSharedValues / rows->size()) {
    Fault fault;
    fault.what =
        "too many cells share the values of an attribute without pointer";
    fault.found =
        absl::StrCat(rows->size(), " cells of ", layout->length, " values");
    fault.remedy = "Read fewer cells at a time.";
    return ObjectError(absl::StatusCode::kResourceExhausted, file_,
                       CellPath(population, name_space, attribute), fault);
  }
  Gather plan =
      Plan(*layout, *rows, selection.kind() != Selection::Kind::kRows);
  MIV_ASSIGN_OR_RETURN(
      plan.result.values,
      ReadSpanValues(layout->values, layout->type, std::move(plan.spans),
                     plan.result.offsets.back()));
  return std::move(plan.result);
}

template <typename T>
absl::StatusOr<Ragged<T>> Reader::ReadCells(absl::string_view population,
                                            absl::string_view name_space,
                                            absl::string_view attribute,
                                            const Selection& selection) const {
  MIV_ASSIGN_OR_RETURN(const auto layout,
                       LayoutOf(*this, population, name_space, attribute));
  if (layout->type != TypeFor<T>()) {
    Fault fault;
    fault.what = "the attribute has values of another type";
    fault.expected = std::string(NameOf(TypeFor<T>()));
    fault.found = std::string(NameOf(layout->type));
    fault.remedy = "Convert the values and write the attribute again.";
    return ObjectError(absl::StatusCode::kInvalidArgument, file_,
                       CellPath(population, name_space, attribute), fault);
  }
  MIV_ASSIGN_OR_RETURN(RaggedValues any, ReadCellValues(population, name_space,
                                                        attribute, selection));
  return Ragged<T>{std::move(any.gids), std::move(any.offsets),
                   std::get<std::vector<T>>(std::move(any.values))};
}

template absl::StatusOr<Ragged<float>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::StatusOr<Ragged<std::uint8_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::StatusOr<Ragged<std::int8_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::StatusOr<Ragged<std::uint16_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::StatusOr<Ragged<std::int16_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::StatusOr<Ragged<std::uint32_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;
template absl::StatusOr<Ragged<std::int32_t>> Reader::ReadCells(
    absl::string_view, absl::string_view, absl::string_view,
    const Selection&) const;

absl::StatusOr<std::vector<std::uint32_t>> Reader::CellIndex(
    absl::string_view population, absl::string_view name_space,
    absl::string_view attribute) const {
  MIV_ASSIGN_OR_RETURN(const auto layout,
                       LayoutOf(*this, population, name_space, attribute));
  return layout->gids;
}

}  // namespace miv::neuroh5
