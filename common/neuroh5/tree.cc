#include "common/neuroh5/tree.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::neuroh5 {
namespace {

constexpr std::size_t kMaxPoints = 65535;

absl::Status Invalid(const Tree& tree, std::string what, std::string expected,
                     std::string found, std::string remedy = "") {
  Fault fault;
  fault.reason = "INVALID_TREE";
  fault.gid = tree.gid;
  fault.what = std::move(what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  fault.remedy = std::move(remedy);
  return InvalidInput(fault);
}

absl::Status CheckPoints(const Tree& tree) {
  const std::size_t n = tree.points();
  if (n == 0 || n > kMaxPoints)
    return Invalid(tree, "the tree has an unusable number of points",
                   absl::StrCat("1 to ", kMaxPoints), absl::StrCat(n),
                   "Section point ids are 16-bit; simplify the morphology.");
  for (const std::size_t size :
       {tree.y.size(), tree.z.size(), tree.radius.size(), tree.layer.size(),
        tree.swc_type.size(), tree.parent.size()}) {
    if (size != n)
      return Invalid(tree, "the point arrays differ in length",
                     absl::StrCat(n, " values each"), absl::StrCat(size));
  }
  return absl::OkStatus();
}

absl::Status CheckParents(const Tree& tree) {
  const std::size_t n = tree.points();
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t parent = tree.parent[i];
    if (parent < -1 || parent >= static_cast<std::int64_t>(n) ||
        parent == static_cast<std::int64_t>(i))
      return Invalid(tree, absl::StrCat("point ", i, " has no usable parent"),
                     absl::StrCat("-1 (root) or another point below ", n),
                     absl::StrCat(parent));
  }
  return absl::OkStatus();
}

absl::Status CheckSections(const Tree& tree) {
  if (tree.sections.empty())
    return Invalid(tree, "the tree has no section", "at least one", "none");
  std::vector<bool> claimed(tree.points(), false);
  std::size_t largest = 0;
  for (std::size_t k = 0; k < tree.sections.size(); ++k) {
    if (tree.sections[k].empty())
      return Invalid(tree, absl::StrCat("section ", k, " has no point"),
                     "at least one", "none");
    for (const std::uint16_t id : tree.sections[k]) {
      largest = std::max<std::size_t>(largest, id);
      if (id < claimed.size()) claimed[id] = true;
    }
  }
  const auto orphan = std::find(claimed.begin(), claimed.end(), false);
  if (largest == tree.points() && orphan == claimed.begin())
    return Invalid(
        tree, "the section point ids count from 1",
        "ids from 0, as in all files that MiV uses",
        absl::StrCat("ids up to ", largest, " for ", tree.points(), " points"),
        "Renumber the SWC file from 0 and import it again.");
  if (largest >= tree.points())
    return Invalid(tree, "a section names a point that does not exist",
                   absl::StrCat("point ids below ", tree.points()),
                   absl::StrCat(largest));
  if (orphan != claimed.end())
    return Invalid(tree, "a point lies in no section",
                   "every point in some section",
                   absl::StrCat("point ", orphan - claimed.begin()));
  return absl::OkStatus();
}

absl::Status CheckEdges(const Tree& tree) {
  if (tree.src.size() != tree.dst.size())
    return Invalid(tree, "the edge arrays differ in length",
                   absl::StrCat(tree.src.size(), " destination sections"),
                   absl::StrCat(tree.dst.size()));
  const std::size_t n = tree.sections.size();
  std::vector<int> parents(n, 0);
  for (std::size_t e = 0; e < tree.src.size(); ++e) {
    for (const std::uint16_t section : {tree.src[e], tree.dst[e]}) {
      if (section >= n)
        return Invalid(tree, absl::StrCat("edge ", e, " names no section"),
                       absl::StrCat("section ids below ", n),
                       absl::StrCat(section));
    }
    ++parents[tree.dst[e]];
  }
  const auto roots = std::count(parents.begin(), parents.end(), 0);
  if (roots != 1)
    return Invalid(tree, "the sections do not form one tree",
                   "one section without a parent section", absl::StrCat(roots));
  for (std::size_t k = 0; k < n; ++k) {
    if (parents[k] > 1)
      return Invalid(tree, absl::StrCat("section ", k, " has several parents"),
                     "one parent section", absl::StrCat(parents[k]));
  }
  return absl::OkStatus();
}

// With one root and one parent per other section, what the root does not reach
// is a ring.
absl::Status CheckReachable(const Tree& tree) {
  const std::size_t n = tree.sections.size();
  std::vector<std::vector<std::uint16_t>> children(n);
  std::vector<bool> reached(n, true);
  for (std::size_t e = 0; e < tree.src.size(); ++e) {
    children[tree.src[e]].push_back(tree.dst[e]);
    reached[tree.dst[e]] = false;
  }
  std::vector<std::uint16_t> stack;
  for (std::size_t k = 0; k < n; ++k)
    if (reached[k]) stack.push_back(static_cast<std::uint16_t>(k));
  while (!stack.empty()) {
    const std::uint16_t section = stack.back();
    stack.pop_back();
    for (const std::uint16_t child : children[section]) {
      reached[child] = true;
      stack.push_back(child);
    }
  }
  const auto lost = std::find(reached.begin(), reached.end(), false);
  if (lost == reached.end()) return absl::OkStatus();
  return Invalid(tree, "the sections form a ring",
                 "every section reached from the root",
                 absl::StrCat("section ", lost - reached.begin()));
}

}  // namespace

absl::Status CheckTree(const Tree& tree) {
  MIV_RETURN_IF_ERROR(CheckPoints(tree));
  MIV_RETURN_IF_ERROR(CheckSections(tree));
  MIV_RETURN_IF_ERROR(CheckParents(tree));
  MIV_RETURN_IF_ERROR(CheckEdges(tree));
  return CheckReachable(tree);
}

absl::StatusOr<std::vector<std::uint32_t>> ConnectionPoints(const Tree& tree) {
  std::vector<std::uint32_t> loc(tree.src.size());
  for (std::size_t e = 0; e < tree.src.size(); ++e) {
    const std::vector<std::uint16_t>& source = tree.sections[tree.src[e]];
    const std::uint16_t first = tree.sections[tree.dst[e]].front();
    auto at = std::find(source.begin(), source.end(), first);
    if (at == source.end())
      at = std::find(source.begin(), source.end(), tree.parent[first]);
    if (at == source.end())
      return Invalid(
          tree,
          absl::StrCat("section ", tree.dst[e],
                       " does not touch its parent section ", tree.src[e]),
          "its first point, or that point's parent, in the parent "
          "section",
          absl::StrCat("point ", first, " with parent ", tree.parent[first]));
    loc[e] = static_cast<std::uint32_t>(at - source.begin());
  }
  return loc;
}

std::vector<std::uint16_t> SectionOfPoint(const Tree& tree) {
  std::vector<std::uint16_t> section(tree.points());
  for (std::size_t k = tree.sections.size(); k-- > 0;)
    for (const std::uint16_t id : tree.sections[k])
      section[id] = static_cast<std::uint16_t>(k);
  return section;
}

std::vector<std::uint16_t> FlattenSections(const Tree& tree) {
  std::vector<std::uint16_t> flat = {
      static_cast<std::uint16_t>(tree.sections.size())};
  for (const std::vector<std::uint16_t>& section : tree.sections) {
    flat.push_back(static_cast<std::uint16_t>(section.size()));
    flat.insert(flat.end(), section.begin(), section.end());
  }
  return flat;
}

}  // namespace miv::neuroh5
