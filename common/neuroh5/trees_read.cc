#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/trees.h"

namespace miv::neuroh5 {
namespace {

absl::Status Damaged(const Reader& reader, absl::string_view population,
                     absl::string_view attribute, Fault fault) {
  return ObjectError(absl::StatusCode::kDataLoss, reader.file(),
                     CellPath(population, kTrees, attribute), std::move(fault));
}

// Reads the attributes of the selected trees and checks that they agree.
class TreeColumns {
 public:
  TreeColumns(const Reader& reader, absl::string_view population,
              const Selection& selection)
      : reader_(reader), population_(population), selection_(selection) {}

  absl::Status Load() {
    MIV_RETURN_IF_ERROR(LoadColumn(kXCoordinate, &x_));
    MIV_RETURN_IF_ERROR(LoadColumn(kYCoordinate, &y_));
    MIV_RETURN_IF_ERROR(LoadColumn(kZCoordinate, &z_));
    MIV_RETURN_IF_ERROR(LoadColumn(kRadius, &radius_));
    MIV_RETURN_IF_ERROR(LoadColumn(kPointLayer, &layer_));
    MIV_RETURN_IF_ERROR(LoadColumn(kSwcType, &swc_type_));
    MIV_RETURN_IF_ERROR(LoadColumn(kParentPoint, &parent_));
    MIV_RETURN_IF_ERROR(LoadColumn(kSection, &section_));
    MIV_RETURN_IF_ERROR(LoadColumn(kSourceSection, &src_));
    return LoadColumn(kDestinationSection, &dst_);
  }

  std::size_t size() const { return x_.size(); }

  absl::StatusOr<Tree> At(std::size_t i) const {
    Tree tree;
    tree.gid = x_.gids[i];
    Assign(x_[i], &tree.x);
    Assign(y_[i], &tree.y);
    Assign(z_[i], &tree.z);
    Assign(radius_[i], &tree.radius);
    Assign(layer_[i], &tree.layer);
    Assign(swc_type_[i], &tree.swc_type);
    Assign(parent_[i], &tree.parent);
    Assign(src_[i], &tree.src);
    Assign(dst_[i], &tree.dst);
    MIV_RETURN_IF_ERROR(ParseSections(section_[i], &tree));
    const absl::Status sound = CheckTree(tree);
    if (sound.ok()) return tree;
    return Damaged(reader_, population_, "", FaultOrMessage(sound));
  }

 private:
  template <typename T>
  absl::Status LoadColumn(absl::string_view name, Ragged<T>* column) {
    MIV_ASSIGN_OR_RETURN(
        *column, reader_.ReadCells<T>(population_, kTrees, name, selection_));
    if (static_cast<const void*>(column) == &x_ || column->gids == x_.gids)
      return absl::OkStatus();
    Fault fault;
    fault.what = "the tree attributes have different cells";
    fault.expected = absl::StrCat("the cells of '", kXCoordinate, "'");
    fault.remedy = "The file is damaged; build or copy it again.";
    return Damaged(reader_, population_, name, fault);
  }

  template <typename T>
  static void Assign(absl::Span<const T> values, std::vector<T>* to) {
    to->assign(values.begin(), values.end());
  }

  // flat: [count, n_0, id..., n_1, id..., ...]
  absl::Status ParseSections(absl::Span<const std::uint16_t> flat,
                             Tree* tree) const {
    std::size_t at = 1;
    bool whole = !flat.empty();
    for (std::size_t k = 0; whole && k < flat[0]; ++k) {
      whole = at < flat.size() && flat[at] <= flat.size() - at - 1;
      if (!whole) break;
      const auto ids = flat.subspan(at + 1, flat[at]);
      tree->sections.emplace_back(ids.begin(), ids.end());
      at += 1 + ids.size();
    }
    if (whole && at == flat.size()) return absl::OkStatus();
    Fault fault;
    fault.gid = tree->gid;
    fault.what = "the section list does not add up";
    fault.expected =
        "a count, then for each section a length and that many ids";
    fault.found = absl::StrCat(flat.size(), " values for ",
                               flat.empty() ? 0 : flat[0], " sections");
    return Damaged(reader_, population_, kSection, fault);
  }

  const Reader& reader_;
  absl::string_view population_;
  const Selection& selection_;
  Ragged<float> x_, y_, z_, radius_;
  Ragged<std::int8_t> layer_, swc_type_;
  Ragged<std::int32_t> parent_;
  Ragged<std::uint16_t> section_, src_, dst_;
};

absl::Status CheckNoDuplicates(const Reader& reader,
                               absl::string_view population) {
  const absl::StatusOr<Population> known = reader.types().Get(population);
  if (!known.ok()) return InFile(known.status(), reader.path());
  MIV_ASSIGN_OR_RETURN(
      const auto layout,
      reader.layouts().Get(reader.file(), *known, kTrees, kXCoordinate));
  if (layout->unique) return absl::OkStatus();
  std::vector<std::uint32_t> gids = layout->gids;
  std::sort(gids.begin(), gids.end());
  Fault fault;
  fault.gid = *std::adjacent_find(gids.begin(), gids.end());
  fault.what = "the cell has two trees";
  fault.remedy = "Write the trees of this population anew.";
  return Damaged(reader, population, "", fault);
}

}  // namespace

absl::StatusOr<std::vector<std::uint32_t>> TreeGids(
    const Reader& reader, absl::string_view population) {
  if (!reader.HasNamespace(population, kTrees))
    return std::vector<std::uint32_t>();
  return reader.CellIndex(population, kTrees, kXCoordinate);
}

absl::StatusOr<std::vector<Tree>> ReadTrees(const Reader& reader,
                                            absl::string_view population,
                                            const Selection& selection) {
  MIV_RETURN_IF_ERROR(CheckNoDuplicates(reader, population));
  TreeColumns columns(reader, population, selection);
  MIV_RETURN_IF_ERROR(columns.Load());
  std::vector<Tree> trees;
  trees.reserve(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(Tree tree, columns.At(i));
    trees.push_back(std::move(tree));
  }
  return trees;
}

}  // namespace miv::neuroh5
