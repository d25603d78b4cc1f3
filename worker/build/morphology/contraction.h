#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/build/morphology/morphology.h"

namespace miv::build {

/// Groups the points of a tree into sections, numbered in preorder:
/// a section starts at the root and follows the only child while the SWC type
/// stays the same; at a branch point and at a change of type every child starts
/// a section of its own, children in ascending index.  While the parent section
/// has one point only, the child path is appended to it instead.  A leaf
/// section of one point also lists its parent point, first.  Layers do not
/// split sections.
/// Source: neuroh5, contract_tree_dfs; there a leaf of one point that follows a
/// change of type stays alone and has no length, which is not reproduced.
///
/// points: one tree; what ParseSwc returns.
/// file: what messages call it.
/// Errors: InvalidArgument if the tree is a single section, which neuroh5
/// cannot store (it needs one edge at least).
absl::StatusOr<Morphology> ContractToSections(PointTree points,
                                              absl::string_view file);

}  // namespace miv::build
