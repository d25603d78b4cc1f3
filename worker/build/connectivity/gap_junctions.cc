#include "worker/build/connectivity/gap_junctions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/base/keyed_rng.h"

namespace miv::build {
namespace {

constexpr float kLowestPosition = 0.01f;

double Step(const PointTree& points, std::uint16_t from, std::uint16_t to) {
  const double dx = double{points.x[to]} - points.x[from];
  const double dy = double{points.y[to]} - points.y[from];
  const double dz = double{points.z[to]} - points.z[from];
  return std::sqrt(dx * dx + dy * dy + dz * dz);
}

// Path length along the first `count` points of a section.
double Along(const Morphology& morphology, std::size_t section,
             std::size_t count) {
  const auto points = morphology.section(section);
  double sum = 0;
  for (std::size_t i = 1; i < count; ++i)
    sum += Step(morphology.points, points[i - 1], points[i]);
  return sum;
}

}  // namespace

GapPairFinder::GapPairFinder(const SomaPositions& a, const SomaPositions& b,
                             const GapReach& reach, std::int64_t seed)
    : a_(a),
      b_(b),
      reach_(reach),
      seed_(seed),
      edge_(std::max(reach.max_um * (1 + 1e-9), 1e-3)) {
  grid_.reserve(b.size());
  for (std::uint32_t j = 0; j < b.size(); ++j)
    grid_.emplace_back(CellOf(b.x[j], b.y[j], b.z[j]), j);
  std::sort(grid_.begin(), grid_.end());
}

GapPairFinder::Cell GapPairFinder::CellOf(float x, float y, float z) const {
  const auto index = [this](float value) {
    return static_cast<std::int64_t>(std::floor(value / edge_));
  };
  return {index(x), index(y), index(z)};
}

void GapPairFinder::Consider(std::size_t i, std::size_t j,
                             GapCandidates& found) const {
  const auto gid_a = static_cast<std::uint32_t>(a_.start + i);
  const auto gid_b = static_cast<std::uint32_t>(b_.start + j);
  if (a_.start == b_.start && gid_b <= gid_a) return;
  const double dx = double{a_.x[i]} - b_.x[j];
  const double dy = double{a_.y[i]} - b_.y[j];
  const double dz = double{a_.z[i]} - b_.z[j];
  const double distance = std::sqrt(dx * dx + dy * dy + dz * dz);
  if (distance < reach_.min_um || distance > reach_.max_um) return;
  ++found.in_reach;
  const double weight = reach_.weight(distance);
  if (!(weight > 0)) {
    ++found.without_weight;
    return;
  }
  const auto [low, high] = std::minmax(gid_a, gid_b);
  KeyedRng rng(seed_, "gap junction choice", low, high);
  found.pairs.push_back({rng.Exponential() / weight, low, high});
}

void GapPairFinder::Find(std::size_t begin, std::size_t end,
                         GapCandidates& found) const {
  for (std::size_t i = begin; i < end; ++i) {
    const Cell centre = CellOf(a_.x[i], a_.y[i], a_.z[i]);
    for (std::int64_t u = centre[0] - 1; u <= centre[0] + 1; ++u)
      for (std::int64_t v = centre[1] - 1; v <= centre[1] + 1; ++v) {
        // Neighbours along the last axis lie side by side in the grid.
        auto at = std::lower_bound(
            grid_.begin(), grid_.end(),
            std::pair<Cell, std::uint32_t>({u, v, centre[2] - 1}, 0));
        for (; at != grid_.end() && at->first <= Cell{u, v, centre[2] + 1};
             ++at)
          Consider(i, at->second, found);
      }
  }
}

JunctionSites::JunctionSites(const Morphology& morphology)
    : sections_(morphology.section_count()) {
  std::vector<std::vector<std::size_t>> edges_from(sections_.size());
  std::vector<bool> is_child(sections_.size());
  for (std::size_t e = 0; e < morphology.source.size(); ++e) {
    edges_from[morphology.source[e]].push_back(e);
    is_child[morphology.destination[e]] = true;
  }
  std::vector<std::size_t> open;
  for (std::size_t s = 0; s < sections_.size(); ++s) {
    sections_[s].length_um = Along(morphology, s, morphology.section(s).size());
    const std::uint8_t type = morphology.section_class(s);
    if (type < of_class_.size())
      of_class_[type].push_back(static_cast<std::uint32_t>(s));
    if (is_child[s]) continue;
    sections_[s].root = true;
    sections_[s].start_um = sections_[s].length_um / 2;
    open.push_back(s);
  }
  while (!open.empty()) {
    const std::size_t parent = open.back();
    open.pop_back();
    for (const std::size_t e : edges_from[parent]) {
      const int index = AttachmentIndex(morphology, e);
      const double arc = Along(
          morphology, parent, static_cast<std::size_t>(std::max(index, 0)) + 1);
      const std::size_t child = morphology.destination[e];
      const double length = sections_[parent].length_um;
      sections_[child].start_um = RootDistance(
          static_cast<std::uint32_t>(parent), length > 0 ? arc / length : 0);
      open.push_back(child);
    }
  }
}

absl::Span<const std::uint32_t> JunctionSites::OfClass(int swc_type) const {
  if (swc_type < 0 || swc_type >= static_cast<int>(of_class_.size())) return {};
  return of_class_[static_cast<std::size_t>(swc_type)];
}

double JunctionSites::RootDistance(std::uint32_t section, double x) const {
  const Section& s = sections_[section];
  if (s.root) return std::fabs(x - 0.5) * s.length_um;
  return s.start_um + x * s.length_um;
}

std::optional<JunctionPlace> PlaceJunction(const GapCandidate& pair,
                                           const JunctionSites& low,
                                           const JunctionSites& high,
                                           absl::Span<const int> classes,
                                           std::int64_t seed) {
  std::vector<int> common;
  for (const int type : classes)
    if (!low.OfClass(type).empty() && !high.OfClass(type).empty())
      common.push_back(type);
  if (common.empty()) return std::nullopt;
  std::sort(common.begin(), common.end());
  common.erase(std::unique(common.begin(), common.end()), common.end());
  KeyedRng rng(seed, "gap junction place", pair.low, pair.high);
  const int type = common[rng.Below(static_cast<std::uint32_t>(common.size()))];
  JunctionPlace place;
  const JunctionSites* cells[] = {&low, &high};
  for (int side = 0; side < 2; ++side) {
    const auto sections = cells[side]->OfClass(type);
    place.section[side] =
        sections[rng.Below(static_cast<std::uint32_t>(sections.size()))];
    place.position[side] =
        std::max(static_cast<float>(rng.Uniform()), kLowestPosition);
  }
  return place;
}

float GapCoupling::At(double root_distance_um) const {
  const double x = std::clamp(root_distance_um, min_um, max_um);
  return static_cast<float>(coefficient * std::max(weight(x), 0.0));
}

}  // namespace miv::build
