#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/validation.h"

namespace miv::neuroh5 {
namespace {

// Address of the object at a path; 0 if there is none.
haddr_t AddressOf(const Reader& reader, const std::string& path) {
  H5O_info_t info;
  if (!Exists(reader.file(), path) ||
      H5Oget_info_by_name(reader.file().id(), path.c_str(), &info,
                          H5P_DEFAULT) < 0)
    return 0;
  return info.addr;
}

void CheckLinks(const Reader& reader, const Population& population,
                Findings* findings) {
  const std::string root = CellPath(population.name, kTrees);
  const auto linked = [&](const std::string& owner, absl::string_view member,
                          absl::string_view dataset) {
    return AddressOf(reader, owner) ==
           AddressOf(reader, absl::StrCat(root, "/", member, "/", dataset));
  };
  const std::string index = absl::StrCat(root, "/", kCellIndex);
  bool whole = AddressOf(reader, index) != 0;
  for (const absl::string_view name :
       {kXCoordinate, kYCoordinate, kZCoordinate, kRadius, kPointLayer,
        kSwcType, kParentPoint, kSection, kSourceSection, kDestinationSection})
    whole = whole && linked(index, name, kCellIndex);
  const auto owner = [&root](absl::string_view name,
                             absl::string_view dataset) {
    return absl::StrCat(root, "/", name, "/", dataset);
  };
  for (const absl::string_view name : {kYCoordinate, kZCoordinate, kRadius,
                                       kPointLayer, kSwcType, kParentPoint})
    whole = whole && linked(owner(kXCoordinate, kAttributePointer), name,
                            kAttributePointer);
  for (const absl::string_view name : {kSourceSection, kDestinationSection})
    whole = whole && linked(owner(kSourceSection, kSectionPointer), name,
                            kAttributePointer);
  whole = whole &&
          linked(owner(kSection, kSectionPointer), kSection, kAttributePointer);
  if (!whole)
    findings->Warn(root, "the tree attributes do not share index and pointers",
                   "copies instead of hard links",
                   "neuroh5 reads these trees but cannot append to them.");
}

// Rows of at most `bytes` of point coordinates each.
std::uint64_t RowsPerBlock(const CellLayout& x, std::uint64_t bytes) {
  // A point has about 30 bytes in all its attributes.
  const std::uint64_t points = std::max<std::uint64_t>(1, bytes / 30);
  const std::uint64_t mean = std::max<std::uint64_t>(
      1, x.length / std::max<std::size_t>(1, x.gids.size()));
  return std::max<std::uint64_t>(1, points / mean);
}

}  // namespace

void ValidateTrees(const Reader& reader, const Population& population,
                   Findings* findings) {
  const std::string root = CellPath(population.name, kTrees);
  CheckLinks(reader, population, findings);
  const auto layout =
      reader.layouts().Get(reader.file(), population, kTrees, kXCoordinate);
  if (!findings->Add(layout.status())) return;
  const std::uint64_t rows = (*layout)->gids.size();
  const std::uint64_t step =
      RowsPerBlock(**layout, findings->options().block_bytes);
  std::size_t single = 0;
  for (std::uint64_t row = 0; row < rows && !findings->full(); row += step) {
    const auto trees =
        ReadTrees(reader, population.name,
                  Selection::Rows(row, std::min(step, rows - row)));
    if (!findings->Add(trees.status())) return;
    for (const Tree& tree : *trees) {
      if (tree.src.empty()) ++single;
      absl::Status touching = ConnectionPoints(tree).status();
      if (touching.ok()) continue;
      Fault fault = FaultOrMessage(touching);
      findings->Add(ObjectError(absl::StatusCode::kDataLoss, reader.file(),
                                root, std::move(fault)));
    }
  }
  if (single > 0)
    findings->Warn(root, "trees of one section cannot be read by neuroh5",
                   absl::StrCat(single, " trees"),
                   "Split the section, for example between soma and dendrite.");
}

}  // namespace miv::neuroh5
