#include "worker/build/steps/junction_sites.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/trees.h"
#include "worker/build/steps/tree_conversion.h"

namespace miv::worker {
namespace {

constexpr std::size_t kTreesPerBlock = 64;

}  // namespace

absl::Status SitesOfCells::Add(neuroh5::Tree tree) {
  const std::uint32_t gid = std::exchange(tree.gid, 0);
  std::size_t shape = 0;
  while (shape < shapes_.size() && !(shapes_[shape].tree == tree)) ++shape;
  if (shape == shapes_.size()) {
    const build::Morphology morphology = MorphologyOf(tree);
    MIV_RETURN_IF_ERROR(build::ValidateMorphology(morphology));
    shapes_.push_back(
        {std::move(tree), std::make_unique<build::JunctionSites>(morphology)});
  }
  shape_of_[gid] = shape;
  return absl::OkStatus();
}

absl::Status SitesOfCells::Load(std::vector<std::uint32_t> gids) {
  std::sort(gids.begin(), gids.end());
  gids.erase(std::unique(gids.begin(), gids.end()), gids.end());
  for (std::size_t first = 0; first < gids.size(); first += kTreesPerBlock) {
    const std::size_t last = std::min(first + kTreesPerBlock, gids.size());
    MIV_ASSIGN_OR_RETURN(
        auto trees,
        neuroh5::ReadTrees(
            forest_, population_,
            neuroh5::Selection::Gids(
                {gids.begin() + static_cast<std::ptrdiff_t>(first),
                 gids.begin() + static_cast<std::ptrdiff_t>(last)})));
    for (neuroh5::Tree& tree : trees) MIV_RETURN_IF_ERROR(Add(std::move(tree)));
  }
  for (const std::uint32_t gid : gids)
    if (shape_of_.count(gid) == 0)
      return InvalidInput({.reason = "MISSING_TREE",
                           .file = forest_.path(),
                           .what = absl::StrCat("a cell of ", population_,
                                                " has no tree to place a gap "
                                                "junction on"),
                           .gid = gid});
  return absl::OkStatus();
}

}  // namespace miv::worker
