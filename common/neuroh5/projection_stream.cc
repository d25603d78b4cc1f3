#include "common/neuroh5/projection_stream.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/collective.h"
#include "common/neuroh5/destination_blocks.h"
#include "common/neuroh5/edge_order.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection_index.h"

namespace miv::neuroh5 {
namespace {

absl::Status BadRequest(const Writer& writer, const std::string& path,
                        std::string what, std::string expected,
                        std::string found, std::string remedy = "") {
  Fault fault;
  fault.what = std::move(what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  fault.remedy = std::move(remedy);
  return ObjectError(absl::StatusCode::kInvalidArgument, writer.file(), path,
                     fault);
}

// What one rank can tell by itself about a projection to be written.
absl::Status CheckRequest(const Writer& writer, const ProjectionName& name,
                          std::size_t destinations, std::size_t counts,
                          absl::Span<const EdgeAttributeName> attributes) {
  const std::string path = ProjectionPath(name);
  if (!writer.types().IsValid(name))
    return BadRequest(writer, path, "the projection is not a valid one",
                      "a pair of 'Valid population projections'",
                      absl::StrCat(name.source, " -> ", name.destination),
                      "Declare the projection with the populations.");
  if (counts != destinations)
    return BadRequest(writer, path, "the counts do not fit the destinations",
                      absl::StrCat(destinations), absl::StrCat(counts));
  std::set<std::string> seen;
  for (const EdgeAttributeName& a : attributes) {
    const std::string where = ProjectionPath(name, a.name_space, a.name);
    MIV_RETURN_IF_ERROR(CheckAttributeName(writer.file(), where, a.name_space));
    MIV_RETURN_IF_ERROR(CheckAttributeName(writer.file(), where, a.name));
    if (!seen.insert(where).second || a.name_space == kEdges)
      return BadRequest(writer, where, "the attribute name is taken",
                        "names that differ from each other and from 'Edges'",
                        "");
  }
  return CheckAbsent(writer.file(), path);
}

std::string Describe(const ProjectionName& name,
                     absl::Span<const EdgeAttributeName> attributes) {
  std::string text = ProjectionPath(name);
  for (const EdgeAttributeName& a : attributes)
    absl::StrAppend(&text, " ", a.name_space, "/", a.name, ":", NameOf(a.type));
  return text;
}

// Writes the four arrays under Edges but the sources, of which the dataset is
// returned.
class IndexWriter {
 public:
  IndexWriter(Writer& writer, const ProjectionName& name)
      : access_(writer.access()), file_(writer.file()), name_(name) {}

  absl::StatusOr<Handle> Write(const CellBlock& rows, Scan edges,
                               absl::Span<const std::uint64_t> counts,
                               absl::Span<const std::uint64_t> offsets) {
    Team& team = *access_.team;
    const DestinationBlocks blocks =
        CutBlocksTogether(team, rows.relative, counts, rows.rows.before);
    const Scan placed = ScanOf(team, blocks.index.size());
    MIV_RETURN_IF_ERROR(MakeGroup(access_, file_, Path("")));
    MIV_ASSIGN_OR_RETURN(const Handle index, Make(kDestinationBlockIndex,
                                                  Element::kU32, placed.total));
    MIV_ASSIGN_OR_RETURN(
        const Handle block_pointer,
        Make(kDestinationBlockPointer, Element::kU64, placed.total + 1));
    MIV_ASSIGN_OR_RETURN(
        const Handle pointer,
        Make(kDestinationPointer, Element::kU64, rows.rows.total + 1));
    MIV_ASSIGN_OR_RETURN(const Handle sources,
                         Make(kSourceIndex, Element::kU32, edges.total));
    absl::Status written = WriteRows(access_, index, placed.before,
                                     absl::MakeConstSpan(blocks.index));
    if (written.ok())
      written = WriteBlockPointer(block_pointer, placed, blocks.pointer,
                                  rows.rows.total + 1);
    if (written.ok())
      written = WritePointer(access_, pointer, rows.rows, edges, offsets);
    MIV_RETURN_IF_ERROR(team.Agree(written));
    return sources;
  }

 private:
  std::string Path(absl::string_view dataset) const {
    return ProjectionPath(name_, kEdges, dataset);
  }

  absl::StatusOr<Handle> Make(absl::string_view dataset, Element element,
                              std::uint64_t length) {
    return MakeDataset(access_, file_, Path(dataset), element, length);
  }

  // The last element is the number of destinations + 1: neuroh5 reads as many
  // elements of Destination Pointer as the block pointer spans.
  absl::Status WriteBlockPointer(const Handle& dataset, Scan blocks,
                                 std::vector<std::uint64_t> pointer,
                                 std::uint64_t sentinel) {
    if (access_.team->rank() + 1 == access_.team->size())
      pointer.push_back(sentinel);
    return WriteRows(access_, dataset, blocks.before,
                     absl::MakeConstSpan(pointer));
  }

  const FileAccess& access_;
  const Handle& file_;
  const ProjectionName& name_;
};

}  // namespace

absl::StatusOr<ProjectionStream> ProjectionStream::Create(
    Writer& writer, const ProjectionName& name,
    absl::Span<const std::uint32_t> dst_gids,
    absl::Span<const std::uint64_t> counts,
    absl::Span<const EdgeAttributeName> attributes) {
  Team& team = *writer.access().team;
  MIV_RETURN_IF_ERROR(team.Agree(
      CheckRequest(writer, name, dst_gids.size(), counts.size(), attributes)));
  MIV_RETURN_IF_ERROR(CheckSameEverywhere(writer.access(), writer.file(),
                                          ProjectionPath(name),
                                          Describe(name, attributes)));
  MIV_ASSIGN_OR_RETURN(const Population destination,
                       writer.types().Get(name.destination));
  MIV_ASSIGN_OR_RETURN(const CellBlock rows,
                       PlaceCells(writer.access(), writer.file(),
                                  ProjectionPath(name), destination, dst_gids));
  ProjectionStream stream;
  stream.writer_ = &writer;
  stream.name_ = name;
  MIV_ASSIGN_OR_RETURN(stream.source_, writer.types().Get(name.source));
  stream.attributes_.assign(attributes.begin(), attributes.end());
  stream.dst_gids_.assign(dst_gids.begin(), dst_gids.end());
  stream.offsets_ = OffsetsOf(counts);
  const Scan edges = ScanOf(team, stream.offsets_.back());
  stream.first_edge_ = edges.before;
  MIV_ASSIGN_OR_RETURN(
      stream.sources_,
      IndexWriter(writer, name).Write(rows, edges, counts, stream.offsets_));
  MIV_RETURN_IF_ERROR(stream.CreateDatasets(edges));
  return stream;
}

absl::Status ProjectionStream::CreateDatasets(Scan edges) {
  // In sorted order; the caller's order is kept in datasets_.
  std::vector<std::size_t> order(attributes_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(attributes_[a].name_space, attributes_[a].name) <
           std::tie(attributes_[b].name_space, attributes_[b].name);
  });
  datasets_.resize(attributes_.size());
  for (const std::size_t i : order) {
    const EdgeAttributeName& a = attributes_[i];
    MIV_RETURN_IF_ERROR(MakeGroup(writer_->access(), writer_->file(),
                                  ProjectionPath(name_, a.name_space)));
    MIV_ASSIGN_OR_RETURN(
        datasets_[i], MakeDataset(writer_->access(), writer_->file(),
                                  ProjectionPath(name_, a.name_space, a.name),
                                  ElementOf(a.type), edges.total));
  }
  return absl::OkStatus();
}

absl::Status ProjectionStream::CheckNext(const Edges& edges) const {
  Fault fault;
  fault.what = "the edges do not fit what was announced";
  const std::size_t n = edges.dst_gids.size();
  if (n > dst_gids_.size() - next_row_ || edges.offsets.size() != n + 1 ||
      edges.offsets.front() != 0 ||
      edges.offsets.back() != edges.src_gids.size()) {
    fault.expected = absl::StrCat("at most ", dst_gids_.size() - next_row_,
                                  " destinations with offsets and sources");
    fault.found = absl::StrCat(n, " destinations, ", edges.offsets.size(),
                               " offsets, ", edges.src_gids.size(), " sources");
    return Invalid(absl::StatusCode::kInvalidArgument, fault);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t row = next_row_ + i;
    const std::uint64_t count = edges.offsets[i + 1] - edges.offsets[i];
    if (edges.dst_gids[i] == dst_gids_[row] &&
        count == offsets_[row + 1] - offsets_[row])
      continue;
    fault.gid = edges.dst_gids[i];
    fault.expected = absl::StrCat("destination ", dst_gids_[row], " with ",
                                  offsets_[row + 1] - offsets_[row], " edges");
    fault.found =
        absl::StrCat("destination ", edges.dst_gids[i], " with ", count);
    return Invalid(absl::StatusCode::kInvalidArgument, fault);
  }
  bool fits = edges.attributes.size() == attributes_.size();
  for (std::size_t a = 0; fits && a < attributes_.size(); ++a)
    fits = TypeOf(edges.attributes[a]) == attributes_[a].type &&
           SizeOf(edges.attributes[a]) == edges.src_gids.size();
  if (fits) return absl::OkStatus();
  fault.expected = Describe(name_, attributes_);
  fault.found = "attributes of another number, type or length";
  return Invalid(absl::StatusCode::kInvalidArgument, fault);
}

absl::Status ProjectionStream::Write(Edges edges) {
  MIV_RETURN_IF_ERROR(CheckNext(edges));
  for (std::uint32_t& source : edges.src_gids) {
    if (!source_.Contains(source)) {
      Fault fault;
      fault.gid = source;
      fault.what =
          absl::StrCat("the source is not one of population ", source_.name);
      fault.expected =
          absl::StrCat("gids ", source_.start, " to ", source_.end() - 1);
      return Invalid(absl::StatusCode::kInvalidArgument, fault);
    }
    source -= static_cast<std::uint32_t>(source_.start);
  }
  SortBySource(&edges);
  const std::uint64_t first = first_edge_ + offsets_[next_row_];
  MIV_RETURN_IF_ERROR(WriteRows(writer_->access(), sources_, first,
                                absl::MakeConstSpan(edges.src_gids)));
  for (std::size_t a = 0; a < datasets_.size(); ++a)
    MIV_RETURN_IF_ERROR(WriteValues(writer_->access(), datasets_[a], first,
                                    ViewOf(edges.attributes[a])));
  next_row_ += edges.dst_gids.size();
  return absl::OkStatus();
}

absl::Status ProjectionStream::Finish() {
  absl::Status status;
  if (next_row_ != dst_gids_.size()) {
    Fault fault;
    fault.what = "fewer destinations came than were announced";
    fault.expected = absl::StrCat(dst_gids_.size() - next_row_, " more");
    status = Invalid(absl::StatusCode::kFailedPrecondition, fault);
  }
  sources_.Reset();
  datasets_.clear();
  return writer_->access().team->Agree(status);
}

absl::Status ProjectionStream::Invalid(absl::StatusCode code,
                                       const Fault& fault) const {
  return ObjectError(code, writer_->file(), ProjectionPath(name_), fault);
}

}  // namespace miv::neuroh5
