#include "common/neuroh5/collective.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/fnv.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"

namespace miv::neuroh5 {
namespace {

constexpr std::size_t kMaxAttributeName = 127;
constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

absl::Status BadGids(const Handle& file, absl::string_view path,
                     std::uint32_t gid, std::string what, std::string expected,
                     std::string found) {
  Fault fault;
  fault.gid = gid;
  fault.what = std::move(what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  return ObjectError(absl::StatusCode::kInvalidArgument, file, path, fault);
}

absl::Status CheckOwnGids(const Handle& file, absl::string_view path,
                          const Population& population,
                          absl::Span<const std::uint32_t> gids) {
  for (std::size_t i = 0; i < gids.size(); ++i) {
    if (!population.Contains(gids[i]))
      return BadGids(
          file, path, gids[i],
          absl::StrCat("the cell is not one of population ", population.name),
          absl::StrCat("gids ", population.start, " to ", population.end() - 1),
          absl::StrCat(gids[i]));
    if (i > 0 && gids[i] <= gids[i - 1])
      return BadGids(file, path, gids[i], "the cells are not in order",
                     absl::StrCat("a gid above ", gids[i - 1]),
                     absl::StrCat(gids[i]));
  }
  return absl::OkStatus();
}

// first, last: [size] of every rank, kNone for a rank without cells.
absl::Status CheckRankOrder(const Handle& file, absl::string_view path,
                            const std::vector<std::uint64_t>& first,
                            const std::vector<std::uint64_t>& last) {
  std::uint64_t before = kNone;
  for (std::size_t r = 0; r < first.size(); ++r) {
    if (first[r] == kNone) continue;
    if (before != kNone && first[r] <= before)
      return BadGids(file, path, static_cast<std::uint32_t>(first[r]),
                     "the cells are not in order across ranks",
                     absl::StrCat("a first gid above ", before, " on rank ", r),
                     absl::StrCat(first[r]));
    before = last[r];
  }
  return absl::OkStatus();
}

}  // namespace

Scan ScanOf(Team& team, std::uint64_t value) {
  Scan scan;
  const std::vector<std::uint64_t> all = team.AllGather(value);
  for (std::size_t r = 0; r < all.size(); ++r) {
    if (r < static_cast<std::size_t>(team.rank())) scan.before += all[r];
    scan.total += all[r];
  }
  return scan;
}

absl::StatusOr<CellBlock> PlaceCells(const FileAccess& access,
                                     const Handle& file, absl::string_view path,
                                     const Population& population,
                                     absl::Span<const std::uint32_t> gids) {
  Team& team = *access.team;
  MIV_RETURN_IF_ERROR(team.Agree(CheckOwnGids(file, path, population, gids)));
  const auto first = team.AllGather(gids.empty() ? kNone : gids.front());
  const auto last = team.AllGather(gids.empty() ? kNone : gids.back());
  MIV_RETURN_IF_ERROR(CheckRankOrder(file, path, first, last));
  CellBlock block;
  block.rows = ScanOf(team, gids.size());
  block.relative.reserve(gids.size());
  for (const std::uint32_t gid : gids)
    block.relative.push_back(gid -
                             static_cast<std::uint32_t>(population.start));
  return block;
}

absl::Status CheckSameEverywhere(const FileAccess& access, const Handle& file,
                                 absl::string_view path,
                                 absl::string_view description) {
  const std::uint64_t mine = Fnv1a64(description);
  for (const std::uint64_t other : access.team->AllGather(mine)) {
    if (other == mine) continue;
    Fault fault;
    fault.what = "the ranks describe different columns";
    fault.expected = "equal names and types on all ranks";
    fault.found = std::string(description);
    return access.team->Agree(
        ObjectError(absl::StatusCode::kInvalidArgument, file, path, fault));
  }
  return access.team->Agree(absl::OkStatus());
}

absl::Status CheckAttributeName(const Handle& file, absl::string_view path,
                                absl::string_view name) {
  if (!name.empty() && name.size() <= kMaxAttributeName && name != "." &&
      name != ".." && name.find('/') == absl::string_view::npos &&
      name.find('\0') == absl::string_view::npos)
    return absl::OkStatus();
  Fault fault;
  fault.what = "this cannot name a namespace or an attribute";
  fault.expected = absl::StrCat("1 to ", kMaxAttributeName, " bytes, no '/'");
  fault.found = absl::StrCat("'", name, "'");
  return ObjectError(absl::StatusCode::kInvalidArgument, file, path, fault);
}

absl::Status CheckAbsent(const Handle& file, absl::string_view path) {
  if (!Exists(file, path)) return absl::OkStatus();
  Fault fault;
  fault.what = "the file holds this object already";
  return ObjectError(absl::StatusCode::kAlreadyExists, file, path, fault);
}

absl::Status MakeGroup(const FileAccess& access, const Handle& file,
                       absl::string_view path) {
  return access.team->Agree(CreateGroup(file, path).status());
}

absl::StatusOr<Handle> MakeDataset(const FileAccess& access, const Handle& file,
                                   absl::string_view path, Element element,
                                   std::uint64_t length, std::uint64_t chunk) {
  absl::StatusOr<Handle> dataset =
      CreateDataset(file, path, element, {length, 0}, chunk);
  MIV_RETURN_IF_ERROR(access.team->Agree(dataset.status()));
  return dataset;
}

absl::Status WritePointer(const FileAccess& access, const Handle& dataset,
                          Scan rows, Scan values,
                          absl::Span<const std::uint64_t> offsets) {
  const bool last = access.team->rank() + 1 == access.team->size();
  std::vector<std::uint64_t> pointer(offsets.begin(), offsets.end());
  for (std::uint64_t& offset : pointer) offset += values.before;
  pointer.back() = values.total;
  if (!last) pointer.pop_back();
  return WriteRows(access, dataset, rows.before, absl::MakeConstSpan(pointer));
}

std::vector<std::uint64_t> OffsetsOf(absl::Span<const std::uint64_t> counts) {
  std::vector<std::uint64_t> offsets = {0};
  offsets.reserve(counts.size() + 1);
  for (const std::uint64_t count : counts)
    offsets.push_back(offsets.back() + count);
  return offsets;
}

absl::Status WriteValues(const FileAccess& access, const Handle& dataset,
                         std::uint64_t first, const ValuesView& values) {
  return std::visit(
      [&](const auto& v) { return WriteRows(access, dataset, first, v); },
      values);
}

}  // namespace miv::neuroh5
