#include "worker/build/steps/gap_junction_file.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/base/status_macros.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/projection_stream.h"
#include "worker/build/steps/rank_share.h"

namespace miv::worker {
namespace {

// A junction as seen from one of its cells.
struct Half {
  const Junction* junction;
  int dst;  // side of the destination
  std::uint32_t dst_gid() const { return junction->gid[dst]; }
  std::uint32_t src_gid() const { return junction->gid[1 - dst]; }
};

// The halves on cells of `dst` that `mine` owns, towards cells of `src`.
// both: of a population coupled to itself, each junction on both its cells;
// else on the lower one.
std::vector<Half> HalvesOf(absl::Span<const Junction> junctions,
                           const neuroh5::Population& dst,
                           const neuroh5::Population& src, const Share& mine,
                           bool both) {
  std::vector<Half> halves;
  for (const Junction& junction : junctions)
    for (int side = 0; side < 2; ++side) {
      const Half half{&junction, side};
      if (!dst.Contains(half.dst_gid()) || !src.Contains(half.src_gid()))
        continue;
      if (!both && dst == src && side == 1) continue;
      const std::uint64_t row = half.dst_gid() - dst.start;
      if (row >= mine.begin && row < mine.end) halves.push_back(half);
    }
  std::sort(halves.begin(), halves.end(), [](const Half& a, const Half& b) {
    return std::tuple(a.dst_gid(), a.src_gid()) <
           std::tuple(b.dst_gid(), b.src_gid());
  });
  return halves;
}

neuroh5::Edges EdgesOf(const std::vector<Half>& halves,
                       const std::vector<std::uint32_t>& dst_gids) {
  neuroh5::Edges edges;
  std::vector<std::uint32_t> section[2];
  std::vector<float> position[2], coupling[2];  // source, destination
  std::size_t next = 0;
  for (const std::uint32_t gid : dst_gids) {
    for (; next < halves.size() && halves[next].dst_gid() == gid; ++next) {
      const Half& half = halves[next];
      edges.src_gids.push_back(half.src_gid());
      for (int end = 0; end < 2; ++end) {
        const int side = end == 0 ? 1 - half.dst : half.dst;
        section[end].push_back(half.junction->section[side]);
        position[end].push_back(half.junction->position[side]);
        coupling[end].push_back(half.junction->coupling[side]);
      }
    }
    edges.dst_gids.push_back(gid);
    edges.offsets.push_back(edges.src_gids.size());
  }
  edges.attributes = {std::move(coupling[1]), std::move(coupling[0]),
                      std::move(position[1]), std::move(section[1]),
                      std::move(position[0]), std::move(section[0])};
  return edges;
}

}  // namespace

absl::Status WriteJunctions(parallel::Ranks& ranks, neuroh5::Writer& writer,
                            absl::Span<const Junction> junctions,
                            const CoupledPopulations& populations, bool both) {
  const neuroh5::Population& dst = populations.destination;
  const neuroh5::Population& src = populations.source;
  using neuroh5::ValueType;
  const neuroh5::EdgeAttributeName attributes[] = {
      {neuroh5::kCouplingStrength, neuroh5::kDestination, ValueType::kF32},
      {neuroh5::kCouplingStrength, neuroh5::kSource, ValueType::kF32},
      {neuroh5::kLocation, neuroh5::kGapDestinationPosition, ValueType::kF32},
      {neuroh5::kLocation, neuroh5::kGapDestinationSection, ValueType::kU32},
      {neuroh5::kLocation, neuroh5::kGapSourcePosition, ValueType::kF32},
      {neuroh5::kLocation, neuroh5::kGapSourceSection, ValueType::kU32}};
  const Share mine = ShareOf(dst.count, ranks.rank(), ranks.size());
  std::vector<std::uint32_t> gids;
  for (std::uint64_t i = mine.begin; i < mine.end; ++i)
    gids.push_back(static_cast<std::uint32_t>(dst.start + i));
  neuroh5::Edges edges =
      EdgesOf(HalvesOf(junctions, dst, src, mine, both), gids);
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < gids.size(); ++i)
    counts.push_back(edges.offsets[i + 1] - edges.offsets[i]);
  MIV_ASSIGN_OR_RETURN(
      auto stream, neuroh5::ProjectionStream::Create(
                       writer, {dst.name, src.name}, gids, counts, attributes));
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(stream.Write(std::move(edges))));
  return stream.Finish();
}

}  // namespace miv::worker
