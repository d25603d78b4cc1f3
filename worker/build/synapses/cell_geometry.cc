#include "worker/build/synapses/cell_geometry.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/build/morphology/parent_cycle.h"

namespace miv::build {
namespace {

absl::Status Invalid(std::size_t section, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat("cell geometry: section ", section, " ", what));
}

bool Finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float v) { return std::isfinite(v); });
}

absl::Status ValidateSection(const SectionGeometry& s, std::size_t index) {
  const std::size_t n = s.arc.size();
  if (!(s.length_um > 0) || !std::isfinite(s.length_um))
    return Invalid(index, absl::StrCat("has the length ", s.length_um,
                                       " um, expected a positive number"));
  if (s.nseg < 1) return Invalid(index, absl::StrCat("has nseg ", s.nseg));
  if (n == 0) return Invalid(index, "has no 3-d points");
  if (s.layer.size() != n || s.x.size() != n || s.y.size() != n ||
      s.z.size() != n)
    return Invalid(index, "has point arrays of different lengths");
  if (!std::is_sorted(s.arc.begin(), s.arc.end()) || !(s.arc.front() >= 0) ||
      !(s.arc.back() <= 1))
    return Invalid(index, "has arc positions that do not rise from 0 to 1");
  if (!Finite(s.x) || !Finite(s.y) || !Finite(s.z))
    return Invalid(index, "has a non-finite 3-d point");
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateCellGeometry(const CellGeometry& cell) {
  if (cell.sections.empty())
    return absl::InvalidArgumentError("cell geometry: there are no sections");
  for (std::size_t s = 0; s < cell.sections.size(); ++s)
    MIV_RETURN_IF_ERROR(ValidateSection(cell.sections[s], s));
  std::vector<std::int32_t> parent(cell.sections.size(), -1);
  for (const SectionEdge& edge : cell.edges) {
    if (edge.parent >= parent.size() || edge.child >= parent.size())
      return Invalid(edge.child, absl::StrCat("is joined to ", edge.parent,
                                              ", one of them does not exist"));
    if (parent[edge.child] >= 0) return Invalid(edge.child, "has two parents");
    parent[edge.child] = static_cast<std::int32_t>(edge.parent);
  }
  if (const std::int64_t s = FindCycle(parent); s >= 0)
    return Invalid(static_cast<std::size_t>(s), "is part of a cycle");
  return absl::OkStatus();
}

}  // namespace miv::build
