#include "common/neuroh5/projection.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection_index.h"

namespace miv::neuroh5 {
absl::StatusOr<Projection> Projection::Open(const Reader& reader,
                                            const ProjectionName& name) {
  Projection p;
  p.reader_ = &reader;
  p.name_ = name;
  const auto destination = reader.types().Get(name.destination);
  if (!destination.ok()) return InFile(destination.status(), reader.path());
  const auto source = reader.types().Get(name.source);
  if (!source.ok()) return InFile(source.status(), reader.path());
  p.source_ = *source;
  MIV_ASSIGN_OR_RETURN(ProjectionIndex index,
                       ReadProjectionIndex(reader.file(), name, *destination));
  p.dst_gids_ = std::move(index.dst_gids);
  p.pointer_ = std::move(index.pointer);
  p.ascending_ =
      std::adjacent_find(p.dst_gids_.begin(), p.dst_gids_.end(),
                         std::greater_equal<>()) == p.dst_gids_.end();
  MIV_ASSIGN_OR_RETURN(p.attributes_, EdgeAttributes(reader.file(), name));
  for (const EdgeAttributeName& a : p.attributes_) {
    const std::string path = ProjectionPath(name, a.name_space, a.name);
    MIV_ASSIGN_OR_RETURN(const Handle dataset,
                         OpenDataset(reader.file(), path));
    MIV_RETURN_IF_ERROR(
        CheckEdgeLength(reader.file(), path, dataset, p.edges()));
  }
  return p;
}

absl::StatusOr<Edges> Projection::Read(
    const Selection& selection,
    absl::Span<const EdgeAttributeName> attributes) const {
  const absl::StatusOr<std::vector<std::uint64_t>> rows =
      SelectRows(dst_gids_, ascending_, selection);
  if (!rows.ok()) return InFile(rows.status(), reader_->path());
  const bool merge = selection.kind() != Selection::Kind::kRows;
  Edges edges;
  std::vector<Span> spans;
  std::uint64_t at = 0;
  for (const std::uint64_t row : *rows) {
    const std::uint64_t count = pointer_[row + 1] - pointer_[row];
    AppendSpan({pointer_[row], count, at}, &spans);
    at += count;
    if (merge && !edges.dst_gids.empty() &&
        edges.dst_gids.back() == dst_gids_[row]) {
      edges.offsets.back() = at;
      continue;
    }
    edges.dst_gids.push_back(dst_gids_[row]);
    edges.offsets.push_back(at);
  }
  MIV_ASSIGN_OR_RETURN(edges.src_gids, ReadSources(spans, at));
  for (const EdgeAttributeName& attribute : attributes) {
    MIV_ASSIGN_OR_RETURN(Values values, ReadAttribute(attribute, spans, at));
    edges.attributes.push_back(std::move(values));
  }
  return edges;
}

absl::StatusOr<std::vector<std::uint32_t>> Projection::ReadSources(
    const std::vector<Span>& spans, std::uint64_t total) const {
  if (total == 0) return std::vector<std::uint32_t>();
  const std::string path = ProjectionPath(name_, kEdges, kSourceIndex);
  MIV_ASSIGN_OR_RETURN(const Handle dataset,
                       OpenDataset(reader_->file(), path));
  MIV_ASSIGN_OR_RETURN(Values values,
                       ReadSpanValues(dataset, ValueType::kU32, spans, total));
  auto sources = std::get<std::vector<std::uint32_t>>(std::move(values));
  for (std::uint32_t& source : sources) {
    if (source >= source_.count) {
      Fault fault;
      fault.what =
          absl::StrCat("a source index is beyond population ", source_.name);
      fault.expected = absl::StrCat("below ", source_.count);
      fault.found = absl::StrCat(source);
      fault.remedy = "The file is damaged; build or copy it again.";
      return ObjectError(absl::StatusCode::kDataLoss, reader_->file(), path,
                         fault);
    }
    source += static_cast<std::uint32_t>(source_.start);
  }
  return sources;
}

absl::StatusOr<Values> Projection::ReadAttribute(
    const EdgeAttributeName& attribute, const std::vector<Span>& spans,
    std::uint64_t total) const {
  const auto known = std::find_if(
      attributes_.begin(), attributes_.end(), [&](const EdgeAttributeName& a) {
        return a.name_space == attribute.name_space && a.name == attribute.name;
      });
  const std::string path =
      ProjectionPath(name_, attribute.name_space, attribute.name);
  if (known == attributes_.end()) {
    Fault fault;
    fault.what = "the projection has no such edge attribute";
    return ObjectError(absl::StatusCode::kNotFound, reader_->file(), path,
                       fault);
  }
  if (total == 0) return EmptyValues(known->type);
  MIV_ASSIGN_OR_RETURN(const Handle dataset,
                       OpenDataset(reader_->file(), path));
  return ReadSpanValues(dataset, known->type, spans, total);
}

absl::StatusOr<Edges> Projection::ReadRows(
    std::uint64_t first, std::uint64_t count,
    absl::Span<const EdgeAttributeName> attributes) const {
  return Read(Selection::Rows(first, count), attributes);
}

std::vector<std::uint64_t> Projection::Blocks(std::uint64_t max_edges) const {
  std::vector<std::uint64_t> first;
  for (std::uint64_t row = 0; row < rows();) {
    first.push_back(row);
    // The last row whose edges still fit; at least one row.
    const std::uint64_t left = edges() - pointer_[row];
    const auto end = std::upper_bound(
        pointer_.begin() + static_cast<std::ptrdiff_t>(row), pointer_.end(),
        pointer_[row] + std::min(max_edges, left));
    row = std::max<std::uint64_t>(row + 1, end - pointer_.begin() - 1);
  }
  first.push_back(rows());
  return first;
}

}  // namespace miv::neuroh5
