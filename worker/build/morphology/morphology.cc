#include "worker/build/morphology/morphology.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/build/morphology/parent_cycle.h"

namespace miv::build {
namespace {

absl::Status Invalid(const std::string& message) {
  return absl::InvalidArgumentError(absl::StrCat("morphology: ", message));
}

absl::Status ValidatePoint(const PointTree& p, std::size_t i) {
  if (!std::isfinite(p.x[i]) || !std::isfinite(p.y[i]) ||
      !std::isfinite(p.z[i]))
    return Invalid(absl::StrCat("point ", i, " has a non-finite coordinate"));
  if (!(p.radius[i] > 0) || !std::isfinite(p.radius[i]))
    return Invalid(absl::StrCat("point ", i, " has radius ", p.radius[i],
                                ", expected a positive number"));
  const std::int32_t parent = p.parent[i];
  if (parent < -1 || parent >= static_cast<std::int32_t>(p.size()) ||
      parent == static_cast<std::int32_t>(i))
    return Invalid(absl::StrCat("point ", i, " has parent ", parent,
                                ", expected another point or -1"));
  return absl::OkStatus();
}

absl::Status ValidatePoints(const PointTree& p) {
  const std::size_t n = p.size();
  if (p.y.size() != n || p.z.size() != n || p.radius.size() != n ||
      p.layer.size() != n || p.swc_type.size() != n || p.parent.size() != n)
    return Invalid("the point arrays differ in length");
  if (n == 0 || n > kMaxPoints)
    return Invalid(absl::StrCat(n, " points, expected 1 to ", kMaxPoints));
  for (std::size_t i = 0; i < n; ++i) MIV_RETURN_IF_ERROR(ValidatePoint(p, i));
  const auto roots = std::count(p.parent.begin(), p.parent.end(), -1);
  if (roots != 1)
    return Invalid(absl::StrCat(roots, " root points, expected one"));
  return absl::OkStatus();
}

absl::Status ValidateSections(const Morphology& m) {
  const std::size_t sections = m.section_count();
  if (sections < 2)
    return Invalid(absl::StrCat(sections,
                                " sections, expected at least 2: a "
                                "tree of one section has no edge"));
  if (m.section_begin.front() != 0 ||
      m.section_begin.back() != m.section_points.size())
    return Invalid("the section list does not cover its points");
  std::vector<bool> covered(m.points.size(), false);
  for (std::size_t s = 0; s < sections; ++s) {
    if (m.section_begin[s] >= m.section_begin[s + 1])
      return Invalid(absl::StrCat("section ", s, " has no points"));
    for (const std::uint16_t point : m.section(s)) {
      if (point >= m.points.size())
        return Invalid(absl::StrCat("section ", s, " lists point ", point,
                                    " of ", m.points.size()));
      covered[point] = true;
    }
  }
  const auto missing = std::find(covered.begin(), covered.end(), false);
  if (missing != covered.end())
    return Invalid(
        absl::StrCat("point ", missing - covered.begin(), " is in no section"));
  return absl::OkStatus();
}

// One parent each but for the root, and no cycle.
absl::Status ValidateEdges(const Morphology& m) {
  const std::size_t sections = m.section_count();
  if (m.source.size() != m.destination.size())
    return Invalid("source and destination sections differ in number");
  std::vector<std::int32_t> parent(sections, -1);
  for (std::size_t e = 0; e < m.source.size(); ++e) {
    const std::size_t from = m.source[e], to = m.destination[e];
    if (from >= sections || to >= sections || from == to)
      return Invalid(absl::StrCat("edge ", e, " joins section ", from, " to ",
                                  to, " of ", sections));
    if (parent[to] >= 0)
      return Invalid(absl::StrCat("section ", to, " has two parents"));
    parent[to] = static_cast<std::int32_t>(from);
  }
  if (m.source.size() != sections - 1)
    return Invalid(absl::StrCat(m.source.size(), " edges between ", sections,
                                " sections, expected ", sections - 1));
  if (const std::int64_t s = FindCycle(parent); s >= 0)
    return Invalid(absl::StrCat("section ", s, " is part of a cycle"));
  return absl::OkStatus();
}

}  // namespace

std::string SwcTypeName(int type) {
  static constexpr const char* kNames[] = {"soma",  "axon", "basal", "apical",
                                           "trunk", "tuft", "ais",   "hillock"};
  if (type >= kSoma && type <= kHillock) return kNames[type - 1];
  return absl::StrCat("type ", type);
}

int AttachmentIndex(const Morphology& morphology, std::size_t edge) {
  const auto from = morphology.section(morphology.source[edge]);
  const std::uint16_t first =
      morphology.section(morphology.destination[edge]).front();
  auto found = std::find(from.begin(), from.end(), first);
  if (found == from.end())
    found =
        std::find(from.begin(), from.end(), morphology.points.parent[first]);
  return found == from.end() ? -1 : static_cast<int>(found - from.begin());
}

absl::Status ValidateMorphology(const Morphology& morphology) {
  MIV_RETURN_IF_ERROR(ValidatePoints(morphology.points));
  MIV_RETURN_IF_ERROR(ValidateSections(morphology));
  MIV_RETURN_IF_ERROR(ValidateEdges(morphology));
  for (std::size_t e = 0; e < morphology.source.size(); ++e) {
    if (AttachmentIndex(morphology, e) >= 0) continue;
    return Invalid(absl::StrCat(
        "section ", morphology.destination[e], " is not attached to section ",
        morphology.source[e],
        ": neither its first point nor that point's parent lies in it"));
  }
  return absl::OkStatus();
}

std::vector<std::string> MorphologyRemarks(const Morphology& morphology) {
  std::vector<std::string> remarks;
  const PointTree& p = morphology.points;
  std::vector<bool> seen(p.size(), false);
  for (std::size_t s = 0; s < morphology.section_count(); ++s) {
    const auto points = morphology.section(s);
    const std::int8_t last = p.swc_type[points.back()];
    // A point that an earlier section owns is borrowed, not mixed in.
    const auto odd = std::find_if(
        points.begin(), points.end(),
        [&](std::uint16_t i) { return !seen[i] && p.swc_type[i] != last; });
    for (const std::uint16_t i : points) seen[i] = true;
    if (odd == points.end()) continue;
    remarks.push_back(absl::StrCat(
        "Section ", s, " mixes ", SwcTypeName(p.swc_type[*odd]), " and ",
        SwcTypeName(last), " points and counts as ", SwcTypeName(last),
        ": a section of one point takes in its first branch. Give the ",
        SwcTypeName(p.swc_type[*odd]), " at least two points."));
  }
  const auto bare = std::count(p.layer.begin(), p.layer.end(), -1);
  if (bare > 0)
    remarks.push_back(
        absl::StrCat(bare, " of ", p.size(),
                     " points have no layer (SWC column 8), so only densities "
                     "of layer default place synapses near them."));
  return remarks;
}

}  // namespace miv::build
