#include "worker/build/steps/cell_plans.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/trees.h"

namespace miv::worker {
namespace {

// Points of the trees that are read at once (22 bytes each, and some vectors).
constexpr std::uint64_t kPointsPerBlock = 2'000'000;
constexpr std::size_t kShapesKept = 16;

absl::StatusOr<std::size_t> TreesPerBlock(const neuroh5::Reader& forest,
                                          const std::string& population) {
  MIV_ASSIGN_OR_RETURN(const auto attributes,
                       forest.CellAttributes(population, neuroh5::kTrees));
  std::uint64_t largest = 1;
  for (const auto& attribute : attributes)
    if (attribute.cells > 0)
      largest = std::max(largest, attribute.values / attribute.cells);
  return std::max<std::size_t>(1, kPointsPerBlock / largest);
}

bool SameShape(neuroh5::Tree& a, const neuroh5::Tree& b) {
  a.gid = b.gid;
  return a == b;
}

}  // namespace

CellPlans::CellPlans(const neuroh5::Reader& forest, std::string population,
                     std::vector<std::uint32_t> gids, const SynapseModel& model,
                     GeometryProvider& geometry)
    : forest_(forest),
      population_(std::move(population)),
      gids_(std::move(gids)),
      model_(model),
      geometry_(geometry),
      serial_of_(gids_.size(), 0) {}

absl::Status CellPlans::ReadBlock(std::size_t i) {
  if (trees_per_block_ == 0) {
    MIV_ASSIGN_OR_RETURN(trees_per_block_, TreesPerBlock(forest_, population_));
  }
  const std::size_t last = std::min(i + trees_per_block_, gids_.size());
  std::vector<std::uint32_t> wanted(
      gids_.begin() + static_cast<std::ptrdiff_t>(i),
      gids_.begin() + static_cast<std::ptrdiff_t>(last));
  MIV_ASSIGN_OR_RETURN(
      block_, neuroh5::ReadTrees(forest_, population_,
                                 neuroh5::Selection::Gids(std::move(wanted))));
  if (block_.size() != last - i)
    return absl::DataLossError(absl::StrCat(
        "trees of ", population_, ": ", block_.size(), " of ", last - i,
        " cells from gid ", gids_[i], " on could be read"));
  block_first_ = i;
  return absl::OkStatus();
}

absl::StatusOr<CellPlans::Shape> CellPlans::MakeShape(
    const neuroh5::Tree& tree) {
  const auto in_context = [&tree](absl::Status status) {
    Fault fault = FaultOrMessage(status);
    if (fault.gid < 0) fault.gid = tree.gid;
    return MakeStatus(status.code(), fault);
  };
  const auto cell =
      geometry_.GeometryOf(population_, model_.template_name, tree);
  if (!cell.ok()) return in_context(cell.status());
  if (cell->sections.size() != tree.sections.size())
    return in_context(InvalidInput(
        {.reason = "TEMPLATE_CHANGES_SECTIONS",
         .what = absl::StrCat("template ", model_.template_name,
                              " does not keep the sections of the morphology"),
         .expected = absl::StrCat(tree.sections.size(), " sections"),
         .found = absl::StrCat(cell->sections.size())}));
  auto plan =
      build::SynapsePlan::Create(*cell, model_.densities, model_.options);
  if (!plan.ok()) return in_context(plan.status());
  return Shape{tree, *std::move(plan), next_serial_++};
}

absl::StatusOr<const build::SynapsePlan*> CellPlans::PlanOf(std::size_t i) {
  const auto found = std::find_if(
      shapes_.begin(), shapes_.end(),
      [&](const auto& shape) { return shape->serial == serial_of_[i]; });
  if (found != shapes_.end()) {
    std::rotate(shapes_.begin(), found, found + 1);
    return &shapes_.front()->plan;
  }
  if (i < block_first_ || i >= block_first_ + block_.size())
    MIV_RETURN_IF_ERROR(ReadBlock(i));
  const neuroh5::Tree& tree = block_[i - block_first_];
  const auto same = std::find_if(
      shapes_.begin(), shapes_.end(),
      [&](const auto& shape) { return SameShape(shape->tree, tree); });
  if (same != shapes_.end()) {
    std::rotate(shapes_.begin(), same, same + 1);
  } else {
    MIV_ASSIGN_OR_RETURN(Shape shape, MakeShape(tree));
    if (shapes_.size() == kShapesKept) shapes_.pop_back();
    shapes_.insert(shapes_.begin(), std::make_unique<Shape>(std::move(shape)));
  }
  serial_of_[i] = shapes_.front()->serial;
  return &shapes_.front()->plan;
}

}  // namespace miv::worker
