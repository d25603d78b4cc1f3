#include "common/neuroh5/projection_index.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/names.h"

namespace miv::neuroh5 {
namespace {

// The stored arrays, named as in the format.
struct Stored {
  std::vector<std::uint32_t> block_index;
  std::vector<std::uint64_t> block_pointer;
  std::vector<std::uint64_t> pointer;
};

class IndexReader {
 public:
  IndexReader(const Handle& file, const ProjectionName& name,
              const Population& destination)
      : file_(file), name_(name), destination_(destination) {}

  absl::StatusOr<ProjectionIndex> Read() {
    MIV_RETURN_IF_ERROR(OpenGroup(file_, ProjectionPath(name_)).status());
    if (!Exists(file_, ProjectionPath(name_, kEdges))) return ProjectionIndex();
    MIV_RETURN_IF_ERROR(Load(kDestinationBlockIndex, &stored_.block_index));
    MIV_RETURN_IF_ERROR(Load(kDestinationBlockPointer, &stored_.block_pointer));
    MIV_RETURN_IF_ERROR(Load(kDestinationPointer, &stored_.pointer));
    MIV_RETURN_IF_ERROR(CheckPointers());
    MIV_RETURN_IF_ERROR(CheckSources());
    return Expand();
  }

 private:
  template <typename T>
  absl::Status Load(absl::string_view name, std::vector<T>* values) {
    MIV_ASSIGN_OR_RETURN(
        const Handle dataset,
        OpenDataset(file_, ProjectionPath(name_, kEdges, name)));
    MIV_ASSIGN_OR_RETURN(*values, ReadAll<T>(dataset));
    return absl::OkStatus();
  }

  absl::Status Damaged(absl::string_view dataset, std::string what,
                       std::string expected, std::string found) const {
    Fault fault;
    fault.what = std::move(what);
    fault.expected = std::move(expected);
    fault.found = std::move(found);
    fault.remedy = "The file is damaged; build or copy it again.";
    return ObjectError(absl::StatusCode::kDataLoss, file_,
                       ProjectionPath(name_, kEdges, dataset), fault);
  }

  std::uint64_t rows() const {
    return stored_.pointer.empty() ? 0 : stored_.pointer.size() - 1;
  }

  template <typename T>
  absl::Status CheckMonotone(absl::string_view name,
                             const std::vector<T>& pointer) const {
    if (!pointer.empty() && pointer[0] != 0)
      return Damaged(name, "the pointer does not start at 0", "0",
                     absl::StrCat(pointer[0]));
    for (std::size_t i = 1; i < pointer.size(); ++i) {
      if (pointer[i] < pointer[i - 1])
        return Damaged(name, absl::StrCat("the pointer decreases at ", i),
                       absl::StrCat("at least ", pointer[i - 1]),
                       absl::StrCat(pointer[i]));
    }
    return absl::OkStatus();
  }

  absl::Status CheckPointers() const {
    const std::size_t blocks = stored_.block_index.size();
    if (blocks == 0) {
      if (rows() == 0) return absl::OkStatus();
      return Damaged(kDestinationBlockIndex, "there is no block",
                     absl::StrCat("blocks for ", rows(), " destinations"),
                     "none");
    }
    if (stored_.block_pointer.size() != blocks + 1)
      return Damaged(kDestinationBlockPointer,
                     "the block pointer has the wrong length",
                     absl::StrCat(blocks + 1, " for ", blocks, " blocks"),
                     absl::StrCat(stored_.block_pointer.size()));
    MIV_RETURN_IF_ERROR(
        CheckMonotone(kDestinationBlockPointer, stored_.block_pointer));
    MIV_RETURN_IF_ERROR(CheckMonotone(kDestinationPointer, stored_.pointer));
    const std::uint64_t end = stored_.block_pointer.back();
    if (end == rows() + 1 || end == rows()) return absl::OkStatus();
    return Damaged(kDestinationBlockPointer,
                   "the block pointer does not cover the destinations",
                   absl::StrCat("a last element of ", rows() + 1),
                   absl::StrCat(end));
  }

  absl::Status CheckSources() const {
    const std::string path = ProjectionPath(name_, kEdges, kSourceIndex);
    MIV_ASSIGN_OR_RETURN(const Handle sources, OpenDataset(file_, path));
    return CheckEdgeLength(file_, path, sources,
                           rows() == 0 ? 0 : stored_.pointer.back());
  }

  absl::StatusOr<ProjectionIndex> Expand() const {
    ProjectionIndex index;
    if (rows() == 0) return index;
    index.blocks = stored_.block_index.size();
    index.readme_sentinel = stored_.block_pointer.back() == rows();
    index.dst_gids.reserve(rows());
    for (std::size_t b = 0; b < index.blocks; ++b) {
      const std::uint64_t first = stored_.block_pointer[b];
      const std::uint64_t last =
          b + 1 < index.blocks ? stored_.block_pointer[b + 1] : rows();
      for (std::uint64_t row = first; row < last; ++row) {
        const std::uint64_t gid = stored_.block_index[b] + (row - first);
        if (gid >= destination_.count)
          return Damaged(
              kDestinationBlockIndex,
              absl::StrCat("block ", b, " holds a destination that population ",
                           destination_.name, " does not have"),
              absl::StrCat("gid - Start below ", destination_.count),
              absl::StrCat(gid));
        index.dst_gids.push_back(
            static_cast<std::uint32_t>(destination_.start + gid));
      }
    }
    if (index.dst_gids.size() != rows())
      return Damaged(kDestinationBlockPointer,
                     "the blocks do not cover the destinations",
                     absl::StrCat(rows()), absl::StrCat(index.dst_gids.size()));
    index.pointer = stored_.pointer;
    return index;
  }

  const Handle& file_;
  const ProjectionName& name_;
  const Population& destination_;
  Stored stored_;
};

}  // namespace

std::string ProjectionPath(const ProjectionName& name,
                           absl::string_view name_space,
                           absl::string_view attribute) {
  std::string path = absl::StrCat("/", kProjectionsGroup, "/", name.destination,
                                  "/", name.source);
  if (!name_space.empty()) absl::StrAppend(&path, "/", name_space);
  if (!attribute.empty()) absl::StrAppend(&path, "/", attribute);
  return path;
}

absl::StatusOr<ProjectionIndex> ReadProjectionIndex(
    const Handle& file, const ProjectionName& name,
    const Population& destination) {
  return IndexReader(file, name, destination).Read();
}

absl::StatusOr<std::vector<EdgeAttributeName>> EdgeAttributes(
    const Handle& file, const ProjectionName& name) {
  std::vector<EdgeAttributeName> attributes;
  MIV_ASSIGN_OR_RETURN(const auto name_spaces,
                       ChildNames(file, ProjectionPath(name)));
  for (const std::string& name_space : name_spaces) {
    if (name_space == kEdges) continue;
    MIV_ASSIGN_OR_RETURN(const auto children,
                         ChildNames(file, ProjectionPath(name, name_space)));
    for (const std::string& child : children) {
      const std::string path = ProjectionPath(name, name_space, child);
      MIV_ASSIGN_OR_RETURN(const Handle dataset, OpenDataset(file, path));
      MIV_ASSIGN_OR_RETURN(const ValueType type, StoredType(dataset));
      attributes.push_back({name_space, child, type});
    }
  }
  return attributes;
}

absl::Status CheckEdgeLength(const Handle& file, absl::string_view path,
                             const Handle& dataset, std::uint64_t edges) {
  MIV_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(dataset));
  if (shape.columns == 0 && shape.rows == edges) return absl::OkStatus();
  Fault fault;
  fault.what = "the dataset does not have one value per edge";
  fault.expected = absl::StrCat(edges, " values");
  fault.found = absl::StrCat(shape.rows);
  fault.remedy = "The file is damaged; build or copy it again.";
  return ObjectError(absl::StatusCode::kDataLoss, file, path, fault);
}

}  // namespace miv::neuroh5
