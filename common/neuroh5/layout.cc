#include "common/neuroh5/layout.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/names.h"

namespace miv::neuroh5 {
namespace {

constexpr std::uint64_t kCacheBytes = std::uint64_t{512} << 20;

absl::Status Damaged(const Handle& file, absl::string_view path,
                     std::string what, std::string expected,
                     std::string found) {
  Fault fault;
  fault.what = std::move(what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  fault.remedy = "The file is damaged; build or copy it again.";
  return ObjectError(absl::StatusCode::kDataLoss, file, path, fault);
}

// Reads an index of relative gids, if there is one, and makes them global.
absl::Status LoadIndex(const Handle& file, const Population& population,
                       const std::string& path, CellLayout* layout) {
  const absl::StatusOr<Handle> dataset = OpenDataset(file, path);
  if (absl::IsNotFound(dataset.status())) return absl::OkStatus();
  MIV_RETURN_IF_ERROR(dataset.status());
  MIV_ASSIGN_OR_RETURN(layout->gids, ReadAll<std::uint32_t>(*dataset));
  std::uint64_t before = 0;
  for (std::size_t row = 0; row < layout->gids.size(); ++row) {
    std::uint32_t& gid = layout->gids[row];
    if (gid >= population.count)
      return Damaged(file, path,
                     absl::StrCat("row ", row, " names a cell that population ",
                                  population.name, " does not have"),
                     absl::StrCat("gid - Start below ", population.count),
                     absl::StrCat(gid));
    if (row > 0 && gid <= before) layout->ascending = false;
    before = gid;
    gid += static_cast<std::uint32_t>(population.start);
  }
  if (layout->ascending) return absl::OkStatus();
  std::vector<std::uint32_t> sorted = layout->gids;
  std::sort(sorted.begin(), sorted.end());
  layout->unique =
      std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  return absl::OkStatus();
}

// A pointer may be absent or longer than needed; what it lacks or contradicts
// is an error.
absl::Status LoadPointer(const Handle& file, const std::string& path,
                         CellLayout* layout) {
  const absl::StatusOr<Handle> dataset = OpenDataset(file, path);
  if (absl::IsNotFound(dataset.status())) return absl::OkStatus();
  MIV_RETURN_IF_ERROR(dataset.status());
  MIV_ASSIGN_OR_RETURN(layout->pointer, ReadAll<std::uint64_t>(*dataset));
  const std::size_t rows = layout->gids.size();
  if (layout->pointer.size() < rows + 1)
    return Damaged(file, path, "the pointer is too short",
                   absl::StrCat(rows + 1, " elements for ", rows, " cells"),
                   absl::StrCat(layout->pointer.size()));
  layout->pointer.resize(rows + 1);
  for (std::size_t row = 0; row < rows; ++row) {
    if (layout->pointer[row + 1] < layout->pointer[row])
      return Damaged(file, path,
                     absl::StrCat("the pointer decreases at row ", row + 1),
                     absl::StrCat("at least ", layout->pointer[row]),
                     absl::StrCat(layout->pointer[row + 1]));
  }
  if (layout->pointer.back() > layout->length)
    return Damaged(file, path, "the pointer leaves the values",
                   absl::StrCat("at most ", layout->length),
                   absl::StrCat(layout->pointer.back()));
  return absl::OkStatus();
}

absl::StatusOr<CellLayout> Load(const Handle& file,
                                const Population& population,
                                const std::string& path) {
  CellLayout layout;
  const std::string values = absl::StrCat(path, "/", kAttributeValue);
  auto dataset = OpenDataset(file, values);
  if (absl::IsNotFound(dataset.status()))
    MIV_RETURN_IF_ERROR(OpenGroup(file, path).status());
  MIV_RETURN_IF_ERROR(dataset.status());
  layout.values = *std::move(dataset);
  MIV_ASSIGN_OR_RETURN(layout.type, StoredType(layout.values));
  MIV_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(layout.values));
  if (shape.columns != 0)
    return Damaged(file, values, "the values have an unusable shape",
                   "one dimension", "two");
  layout.length = shape.rows;
  MIV_RETURN_IF_ERROR(LoadIndex(file, population,
                                absl::StrCat(path, "/", kCellIndex), &layout));
  MIV_RETURN_IF_ERROR(
      LoadPointer(file, absl::StrCat(path, "/", kAttributePointer), &layout));
  return layout;
}

// First row whose gid is not below `gid`.
std::uint64_t LowerBound(const std::vector<std::uint32_t>& gids,
                         std::uint64_t gid) {
  return std::lower_bound(gids.begin(), gids.end(), gid) - gids.begin();
}

void AppendRows(std::uint64_t first, std::uint64_t last,
                std::vector<std::uint64_t>* rows) {
  for (std::uint64_t row = first; row < last; ++row) rows->push_back(row);
}

// Selection of rows that are already in the order of the result.
std::vector<std::uint64_t> SelectAscending(
    const std::vector<std::uint32_t>& gids, const Selection& selection) {
  std::vector<std::uint64_t> rows;
  if (selection.kind() == Selection::Kind::kAll) {
    AppendRows(0, gids.size(), &rows);
  } else if (selection.kind() == Selection::Kind::kRange) {
    AppendRows(LowerBound(gids, selection.begin()),
               LowerBound(gids, selection.end()), &rows);
  } else {
    for (const std::uint32_t gid : selection.gids()) {
      const std::uint64_t row = LowerBound(gids, gid);
      if (row < gids.size() && gids[row] == gid) rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace

std::string CellPath(absl::string_view population, absl::string_view name_space,
                     absl::string_view attribute) {
  std::string path = absl::StrCat("/", kPopulationsGroup, "/", population);
  if (!name_space.empty()) absl::StrAppend(&path, "/", name_space);
  if (!attribute.empty()) absl::StrAppend(&path, "/", attribute);
  return path;
}

absl::StatusOr<std::vector<std::uint64_t>> SelectRows(
    const std::vector<std::uint32_t>& gids, bool ascending,
    const Selection& selection) {
  std::vector<std::uint64_t> rows;
  if (selection.kind() == Selection::Kind::kRows) {
    if (selection.end() < selection.begin() || selection.end() > gids.size())
      return absl::OutOfRangeError(absl::StrCat("rows ", selection.begin(),
                                                " to ", selection.end(), " of ",
                                                gids.size(), " are asked for"));
    AppendRows(selection.begin(), selection.end(), &rows);
    return rows;
  }
  if (ascending) return SelectAscending(gids, selection);
  for (std::size_t row = 0; row < gids.size(); ++row)
    if (selection.Contains(gids[row])) rows.push_back(row);
  std::stable_sort(
      rows.begin(), rows.end(),
      [&](std::uint64_t a, std::uint64_t b) { return gids[a] < gids[b]; });
  return rows;
}

absl::StatusOr<std::shared_ptr<const CellLayout>> LayoutCache::Get(
    const Handle& file, const Population& population,
    absl::string_view name_space, absl::string_view attribute) {
  const std::string path = CellPath(population.name, name_space, attribute);
  const auto known = layouts_.find(path);
  if (known != layouts_.end()) return known->second;
  MIV_ASSIGN_OR_RETURN(CellLayout loaded, Load(file, population, path));
  const std::uint64_t bytes = loaded.gids.size() * sizeof(std::uint32_t) +
                              loaded.pointer.size() * sizeof(std::uint64_t);
  auto layout = std::make_shared<const CellLayout>(std::move(loaded));
  if (bytes_ + bytes > kCacheBytes) {
    layouts_.clear();
    bytes_ = 0;
  }
  bytes_ += bytes;
  layouts_.emplace(path, layout);
  return layout;
}

}  // namespace miv::neuroh5
