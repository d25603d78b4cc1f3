#include "worker/build/morphology/contraction.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/base/fault.h"

namespace miv::build {
namespace {

using Section = std::vector<std::uint16_t>;
using Edge = std::pair<std::uint16_t, std::uint16_t>;

// A path that is still to be followed: it starts at `point`, below `parent`.
struct Pending {
  std::uint16_t point;
  std::uint16_t parent_section;
};

class Contraction {
 public:
  explicit Contraction(const PointTree& points)
      : points_(points), children_(points.size()) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::int32_t parent = points.parent[i];
      if (parent < 0)
        root_ = static_cast<std::uint16_t>(i);
      else
        children_[static_cast<std::size_t>(parent)].push_back(
            static_cast<std::uint16_t>(i));
    }
  }

  void Run() {
    sections_.emplace_back();
    pending_.push_back({root_, 0});
    while (!pending_.empty()) {
      const Pending next = pending_.back();
      pending_.pop_back();
      const std::uint16_t section = SectionFor(next);
      const std::uint16_t end = Follow(next.point, section);
      // Last in, first out: the lowest child is followed first.
      const auto& children = children_[end];
      for (auto c = children.rbegin(); c != children.rend(); ++c)
        pending_.push_back({*c, section});
    }
    std::sort(edges_.begin(), edges_.end());
  }

  const std::vector<Section>& sections() const { return sections_; }
  const std::vector<Edge>& edges() const { return edges_; }

 private:
  std::uint16_t SectionFor(const Pending& next) {
    if (sections_[next.parent_section].size() <= 1) return next.parent_section;
    const auto section = static_cast<std::uint16_t>(sections_.size());
    sections_.emplace_back();
    edges_.emplace_back(next.parent_section, section);
    return section;
  }

  // Appends the path from `point` to `section`; returns its last point.
  std::uint16_t Follow(std::uint16_t point, std::uint16_t section) {
    Section& members = sections_[section];
    members.push_back(point);
    const std::int8_t type = points_.swc_type[point];
    while (children_[point].size() == 1 &&
           points_.swc_type[children_[point].front()] == type) {
      point = children_[point].front();
      members.push_back(point);
    }
    const std::int32_t parent = points_.parent[point];
    if (children_[point].empty() && members.size() == 1 && parent >= 0)
      members.insert(members.begin(), static_cast<std::uint16_t>(parent));
    return point;
  }

  const PointTree& points_;
  std::vector<std::vector<std::uint16_t>> children_;
  std::uint16_t root_ = 0;
  std::vector<Pending> pending_;
  std::vector<Section> sections_;
  std::vector<Edge> edges_;
};

absl::Status SingleSection(absl::string_view file) {
  Fault fault;
  fault.reason = "INVALID_SWC";
  fault.file = std::string(file);
  fault.what = "the whole tree is one section";
  fault.expected =
      "at least two sections: neuroh5 stores a tree by the edges between its "
      "sections";
  fault.remedy =
      "Give the soma two points and one neurite of another type, or add a "
      "branch.";
  return InvalidInput(fault);
}

}  // namespace

absl::StatusOr<Morphology> ContractToSections(PointTree points,
                                              absl::string_view file) {
  Contraction contraction(points);
  contraction.Run();
  if (contraction.sections().size() < 2) return SingleSection(file);
  Morphology morphology;
  for (const Section& section : contraction.sections()) {
    morphology.section_points.insert(morphology.section_points.end(),
                                     section.begin(), section.end());
    morphology.section_begin.push_back(morphology.section_points.size());
  }
  for (const auto& [source, destination] : contraction.edges()) {
    morphology.source.push_back(source);
    morphology.destination.push_back(destination);
  }
  morphology.points = std::move(points);
  return morphology;
}

}  // namespace miv::build
