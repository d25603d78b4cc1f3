#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/projection_index.h"
#include "common/neuroh5/validation.h"

namespace miv::neuroh5 {
namespace {

void CheckIndex(const Reader& reader, const ProjectionName& name,
                const Population& destination, Findings* findings) {
  const auto index = ReadProjectionIndex(reader.file(), name, destination);
  if (!index.ok()) return;  // Projection::Open reports it
  if (index->readme_sentinel)
    findings->Warn(ProjectionPath(name, kEdges, kDestinationBlockPointer),
                   "the last element is the number of destinations",
                   absl::StrCat(index->dst_gids.size()),
                   "neuroh5 reads only files where it is one more.");
  const std::size_t repeats = CountRepeats(index->dst_gids);
  if (repeats > 0)
    findings->Warn(ProjectionPath(name, kEdges),
                   "destinations are stored more than once",
                   absl::StrCat(repeats, " repeats"),
                   "neuroh5's selections return only the first; write the "
                   "projection anew.");
}

// Reads everything, so that damaged values and sources out of range show.
void ReadThrough(const Projection& projection, Findings* findings) {
  std::uint64_t edge_bytes = sizeof(std::uint32_t);
  for (const EdgeAttributeName& a : projection.attributes())
    edge_bytes += SizeOf(a.type);
  const auto blocks =
      projection.Blocks(findings->options().block_bytes / edge_bytes);
  for (std::size_t b = 0; b + 1 < blocks.size() && !findings->full(); ++b) {
    const auto edges = projection.ReadRows(blocks[b], blocks[b + 1] - blocks[b],
                                           projection.attributes());
    if (!findings->Add(edges.status())) return;
  }
}

}  // namespace

void ValidateProjection(const Reader& reader, const ProjectionName& name,
                        Findings* findings) {
  if (!reader.types().IsValid(name)) {
    Finding finding;
    finding.path = ProjectionPath(name);
    finding.what = "the projection is not one of the valid ones";
    finding.expected = absl::StrCat("a pair of '", kValidProjections, "'");
    finding.found = absl::StrCat(name.source, " -> ", name.destination);
    finding.remedy = "Add the pair to /H5Types; neuroh5 refuses it otherwise.";
    findings->Add(finding);
  }
  const Population* destination = reader.types().Find(name.destination);
  if (destination != nullptr) CheckIndex(reader, name, *destination, findings);
  const auto projection = Projection::Open(reader, name);
  if (!findings->Add(projection.status())) return;
  ReadThrough(*projection, findings);
}

}  // namespace miv::neuroh5
