#pragma once

// One neuron's morphology as neuroh5 stores it: points and the sections that
// they form.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace miv::neuroh5 {

/// Point arrays have one entry per point; point ids are 0-based.
struct Tree {
  std::uint32_t gid = 0;               ///< global
  std::vector<float> x, y, z, radius;  ///< um
  std::vector<std::int8_t> layer;      ///< -1 = none
  std::vector<std::int8_t> swc_type;
  std::vector<std::int32_t> parent;  ///< -1 = root
  /// Point ids of each section, proximal to distal.
  std::vector<std::vector<std::uint16_t>> sections;
  /// Directed edges between sections, parent src[e] -> child dst[e].
  std::vector<std::uint16_t> src, dst;

  std::size_t points() const { return x.size(); }
  bool operator==(const Tree&) const = default;
};

/// What every tree must satisfy:
///  1. at least one point, at most 65535; point arrays of equal length;
///  2. at least one section, no empty section, point ids in [0, points)
///     (1-based ids are named as such), every point in some section;
///  3. parents in [-1, points), no point its own parent;
///  4. src and dst of equal length, values below the number of sections;
///  5. exactly one section without an incoming edge, no section with two, every
///     section reached from the root.
/// Errors: InvalidArgument, a Fault with the gid for the first violation.
absl::Status CheckTree(const Tree& tree);

/// The connection point of each edge: the position, inside the section src[e],
/// of the first point of section dst[e] if they share it, else of that point's
/// parent. Returns [edges]. Source: neuroh5-format.md section 4, the `loc` of
/// neuroh5's topology view. Errors: InvalidArgument if neither point lies in
/// the source section.
absl::StatusOr<std::vector<std::uint32_t>> ConnectionPoints(const Tree& tree);

/// The first section that claims each point.  Returns [points].
/// The tree passes CheckTree.
std::vector<std::uint16_t> SectionOfPoint(const Tree& tree);

/// Flat form of `sections`: [count, n_0, id..., n_1, id..., ...].
std::vector<std::uint16_t> FlattenSections(const Tree& tree);

}  // namespace miv::neuroh5
