#pragma once

// A reconstructed cell: points that form a tree, grouped into unbranched
// sections.  The layout is that of a neuroh5 tree.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace miv::build {

/// SWC type codes of this project; 1 to 4 are the standard's.
enum SwcType : std::uint8_t {
  kSoma = 1,
  kAxon = 2,
  kBasal = 3,
  kApical = 4,
  kTrunk = 5,
  kTuft = 6,
  kAis = 7,
  kHillock = 8,
};

/// Points and their parents.  All arrays are [points], in file order.
struct PointTree {
  std::vector<float> x, y, z;         ///< um
  std::vector<float> radius;          ///< um, positive
  std::vector<std::int8_t> layer;     ///< layer index, -1 = none
  std::vector<std::int8_t> swc_type;  ///< SwcType
  std::vector<std::int32_t> parent;   ///< point index, -1 = root

  std::size_t size() const { return x.size(); }
  bool operator==(const PointTree&) const = default;
};

/// One morphology.  A point may belong to two sections: a section that would
/// have one point only also lists the point it hangs on, first.
struct Morphology {
  PointTree points;

  /// Section s owns section_points[section_begin[s] .. section_begin[s + 1]),
  /// point indices from the end nearer to the root outwards.
  std::vector<std::size_t> section_begin = {0};
  std::vector<std::uint16_t> section_points;

  /// Edge e joins section source[e] to its child destination[e]; ascending by
  /// (source, destination).
  std::vector<std::uint16_t> source, destination;

  std::size_t section_count() const { return section_begin.size() - 1; }
  absl::Span<const std::uint16_t> section(std::size_t s) const {
    return absl::MakeConstSpan(section_points)
        .subspan(section_begin[s], section_begin[s + 1] - section_begin[s]);
  }
  /// Class of a section: the SWC type of its last point.
  std::uint8_t section_class(std::size_t s) const {
    return static_cast<std::uint8_t>(points.swc_type[section(s).back()]);
  }

  bool operator==(const Morphology&) const = default;
};

/// The largest number of points in one tree: sections hold 16-bit indices.
inline constexpr std::size_t kMaxPoints = 65535;

/// "soma", "basal", ...; "type N" for a code without a name.
std::string SwcTypeName(int type);

/// Checks a morphology from any source, in this order:
///  1. the point arrays are parallel, 1 to kMaxPoints long, radius finite and
///     positive, coordinates finite, parent a point or -1, exactly one root
///  2. there are at least two sections, none is empty, every point index is in
///     range and every point is in some section
///  3. edges are in range and make the sections one tree
///  4. the first point of a child section, or that point's parent, lies in the
///     parent section (where the child is attached)
/// Errors: InvalidArgument that names the point, section or edge.
absl::Status ValidateMorphology(const Morphology& morphology);

/// Position, in the point list of section source[edge], where section
/// destination[edge] is attached; -1 if it is not attached to it.
/// Source: neuroh5, reading of trees with topology.
int AttachmentIndex(const Morphology& morphology, std::size_t edge);

/// Remarks on a valid morphology that a modeller will want to read: sections
/// that mix SWC types (a soma of one point takes in the first neurite), and
/// points without a layer.  One sentence each; empty if there are none.
std::vector<std::string> MorphologyRemarks(const Morphology& morphology);

}  // namespace miv::build
