#include "common/neuroh5/types.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"

namespace miv::neuroh5 {
namespace {

constexpr std::size_t kMaxNameBytes = 1023;
constexpr std::uint64_t kGidEnd = std::uint64_t{1} << 32;

absl::Status Invalid(std::string what, std::string found, std::string remedy) {
  Fault fault;
  fault.reason = "INVALID_POPULATIONS";
  fault.field = absl::StrCat("/", kTypesGroup);
  fault.what = std::move(what);
  fault.found = std::move(found);
  fault.remedy = std::move(remedy);
  return InvalidInput(fault);
}

std::string Quoted(absl::string_view name) {
  return absl::StrCat("'", name, "'");
}

absl::Status CheckName(const Population& p) {
  if (!p.name.empty() && p.name.size() <= kMaxNameBytes && p.name != "." &&
      p.name != ".." && p.name.find('/') == std::string::npos &&
      p.name.find('\0') == std::string::npos)
    return absl::OkStatus();
  return Invalid("a population name cannot be a name in HDF5", Quoted(p.name),
                 "Use 1 to 1023 bytes without '/'.");
}

absl::Status CheckUnique(const std::vector<Population>& populations) {
  std::set<std::string> names;
  std::set<std::uint16_t> indices;
  for (const Population& p : populations) {
    MIV_RETURN_IF_ERROR(CheckName(p));
    if (!names.insert(p.name).second)
      return Invalid("two populations have one name", Quoted(p.name),
                     "Give each population its own name.");
    if (!indices.insert(p.index).second)
      return Invalid("two populations have one index",
                     absl::StrCat(Quoted(p.name), " with ", p.index),
                     "Give each population its own index.");
  }
  return absl::OkStatus();
}

absl::Status CheckRanges(std::vector<Population> populations) {
  std::sort(populations.begin(), populations.end(),
            [](const Population& a, const Population& b) {
              return a.start < b.start;
            });
  std::uint64_t end = 0;
  for (const Population& p : populations) {
    if (p.count == 0)
      return Invalid("a population has no cells", Quoted(p.name),
                     "Give it cells or leave it out.");
    if (p.start < end)
      return Invalid("the gid ranges of two populations overlap",
                     absl::StrCat(Quoted(p.name), " starting at ", p.start),
                     absl::StrCat("Start it at ", end, " or later."));
    if (p.start > kGidEnd || p.count > kGidEnd - p.start)
      return Invalid("a population's gids do not fit 32 bits",
                     absl::StrCat(Quoted(p.name), " starting at ", p.start,
                                  " with ", p.count, " cells"),
                     "Use fewer than 2^32 cells in all.");
    end = p.end();
  }
  return absl::OkStatus();
}

absl::Status CheckProjections(const Types& types) {
  std::set<ProjectionName> seen;
  for (const ProjectionName& p : types.valid_projections) {
    for (const std::string& name : {p.destination, p.source}) {
      const absl::Status known = types.Get(name).status();
      if (!known.ok()) return InvalidInput(FaultOrMessage(known));
    }
    if (!seen.insert(p).second)
      return Invalid("a projection is listed twice",
                     absl::StrCat(p.source, " -> ", p.destination),
                     "List each projection once.");
  }
  return absl::OkStatus();
}

}  // namespace

const Population* Types::Find(absl::string_view name) const {
  for (const Population& p : populations)
    if (p.name == name) return &p;
  return nullptr;
}

const Population* Types::OfGid(std::uint64_t gid) const {
  for (const Population& p : populations)
    if (p.Contains(gid)) return &p;
  return nullptr;
}

absl::StatusOr<Population> Types::Get(absl::string_view name) const {
  if (const Population* p = Find(name)) return *p;
  std::vector<std::string> known;
  for (const Population& p : populations) known.push_back(p.name);
  Fault fault;
  fault.reason = "UNKNOWN_POPULATION";
  fault.field = absl::StrCat("/", kTypesGroup);
  fault.what = "there is no such population";
  fault.expected = absl::StrJoin(known, ", ");
  fault.found = Quoted(name);
  fault.remedy = SuggestName(name, known);
  return MakeStatus(absl::StatusCode::kNotFound, fault);
}

bool Types::IsValid(const ProjectionName& projection) const {
  return std::find(valid_projections.begin(), valid_projections.end(),
                   projection) != valid_projections.end();
}

std::uint64_t Types::total() const {
  std::uint64_t total = 0;
  for (const Population& p : populations) total += p.count;
  return total;
}

absl::StatusOr<Types> MakeTypes(std::vector<PopulationSize> sizes,
                                std::vector<ProjectionName> projections) {
  std::sort(sizes.begin(), sizes.end(),
            [](const PopulationSize& a, const PopulationSize& b) {
              return a.index < b.index;
            });
  Types types;
  std::uint64_t start = 0;
  for (PopulationSize& size : sizes) {
    types.populations.push_back(
        {std::move(size.name), size.index, start, size.count});
    start += size.count;
  }
  types.valid_projections = std::move(projections);
  MIV_RETURN_IF_ERROR(CheckTypes(types));
  return types;
}

absl::Status CheckTypes(const Types& types) {
  if (types.populations.empty())
    return Invalid("there is no population", "", "Define at least one.");
  MIV_RETURN_IF_ERROR(CheckUnique(types.populations));
  MIV_RETURN_IF_ERROR(CheckRanges(types.populations));
  return CheckProjections(types);
}

}  // namespace miv::neuroh5
