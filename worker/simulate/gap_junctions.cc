#include "worker/simulate/gap_junctions.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/reader.h"
#include "worker/simulate/neuron/gap_coupling.h"

namespace miv::simulate {
namespace {

/// Edges that are read at once.
constexpr std::uint64_t kBlock = 1 << 20;

/// A side's number is an int in NEURON.
constexpr std::size_t kMostJunctions = std::size_t{1} << 30;

const std::vector<neuroh5::EdgeAttributeName>& Attributes() {
  static const auto* names = new std::vector<neuroh5::EdgeAttributeName>{
      {"Location", "Destination section", neuroh5::ValueType::kU32},
      {"Location", "Source section", neuroh5::ValueType::kU32},
      {"Location", "Destination position", neuroh5::ValueType::kF32},
      {"Location", "Source position", neuroh5::ValueType::kF32},
      {"Coupling strength", "Destination", neuroh5::ValueType::kF32},
      {"Coupling strength", "Source", neuroh5::ValueType::kF32}};
  return *names;
}

/// Junctions whose cells lie in two populations.
absl::Status BadValues(const std::string& path,
                       const neuroh5::ProjectionName& name) {
  Fault fault;
  fault.reason = "GAP_JUNCTIONS";
  fault.file = path;
  fault.what = absl::StrCat("the junctions of ", name.source, " and ",
                            name.destination, " have values that are none");
  fault.expected =
      "sections u32, positions f32 from 0 to 1, coupling strengths f32 (nS) of "
      "at least 0";
  return InvalidInput(fault);
}

/// The values of two attributes that follow each other.
template <typename T>
bool Take(const neuroh5::Edges& edges, std::size_t at, std::size_t edge,
          T (&sides)[2]) {
  for (int side = 0; side < 2; ++side) {
    const auto* values =
        std::get_if<std::vector<T>>(&edges.attributes[at + side]);
    if (values == nullptr) return false;
    sides[side] = (*values)[edge];
  }
  return true;
}

void PutLowerGidFirst(GapJunction* junction) {
  if (junction->gid[0] <= junction->gid[1]) return;
  std::swap(junction->gid[0], junction->gid[1]);
  std::swap(junction->section[0], junction->section[1]);
  std::swap(junction->position[0], junction->position[1]);
  std::swap(junction->coupling[0], junction->coupling[1]);
}

bool IsSound(const GapJunction& junction) {
  for (int side = 0; side < 2; ++side) {
    const float position = junction.position[side];
    const float coupling = junction.coupling[side];
    if (!(position >= 0 && position <= 1)) return false;
    if (!(coupling >= 0 && std::isfinite(coupling))) return false;
  }
  return true;
}

/// False if a value has another type or is none.
bool AppendJunctions(const neuroh5::Edges& edges,
                     std::vector<GapJunction>* junctions) {
  for (std::size_t row = 0; row < edges.dst_gids.size(); ++row) {
    for (std::uint64_t e = edges.offsets[row]; e < edges.offsets[row + 1];
         ++e) {
      GapJunction junction{};
      junction.gid[0] = edges.dst_gids[row];
      junction.gid[1] = edges.src_gids[e];
      if (!Take(edges, 0, e, junction.section) ||
          !Take(edges, 2, e, junction.position) ||
          !Take(edges, 4, e, junction.coupling) || !IsSound(junction)) {
        return false;
      }
      PutLowerGidFirst(&junction);
      junctions->push_back(junction);
    }
  }
  return true;
}

absl::Status JunctionError(const GapJunction& junction, int side,
                           std::string what, std::string remedy) {
  Fault fault;
  fault.reason = "GAP_JUNCTIONS";
  fault.field = "gap_junctions";
  fault.gid = junction.gid[side];
  fault.what = std::move(what);
  fault.remedy = std::move(remedy);
  return InvalidInput(fault);
}

/// Errors do not depend on the rank: every rank looks at every junction.
absl::Status CheckCells(const std::vector<GapJunction>& junctions,
                        const LoadedCells& cells) {
  for (const GapJunction& junction : junctions) {
    for (int side = 0; side < 2; ++side) {
      if (HasMembrane(cells.populations, junction.gid[side])) continue;
      return JunctionError(
          junction, side,
          "a gap junction's cell is no cell of the model with a membrane",
          "Use the junctions that were made for these cells.");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<neuron::GapSide>> SidesHere(
    const std::vector<GapJunction>& junctions, const LoadedCells& cells) {
  absl::flat_hash_map<std::uint32_t, const ModelCell*> here;
  for (const auto& cell : cells.cells) here[cell->gid] = cell.get();
  std::vector<neuron::GapSide> sides;
  for (std::size_t i = 0; i < junctions.size(); ++i) {
    const GapJunction& junction = junctions[i];
    for (int side = 0; side < 2; ++side) {
      const auto found = here.find(junction.gid[side]);
      if (found == here.end()) continue;
      const auto& sections = found->second->sections;
      if (junction.section[side] >= sections.size()) {
        return JunctionError(
            junction, side,
            absl::StrCat("a gap junction lies on section ",
                         junction.section[side], ", but the cell has ",
                         sections.size()),
            "Make the junctions from the trees of these cells.");
      }
      const auto id = static_cast<std::int64_t>(2 * i);
      sides.push_back({sections[junction.section[side]],
                       junction.position[side], 1e-3 * junction.coupling[side],
                       id + side, id + 1 - side});
    }
  }
  return sides;
}

}  // namespace

absl::StatusOr<std::vector<GapJunction>> ReadGapJunctions(
    const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const neuroh5::Reader reader,
                       neuroh5::Reader::Open(path));
  MIV_ASSIGN_OR_RETURN(const auto names, reader.Projections());
  std::vector<GapJunction> junctions;
  for (const neuroh5::ProjectionName& name : names) {
    MIV_ASSIGN_OR_RETURN(const auto projection,
                         neuroh5::Projection::Open(reader, name));
    const auto blocks = projection.Blocks(kBlock);
    for (std::size_t b = 0; b + 1 < blocks.size(); ++b) {
      MIV_ASSIGN_OR_RETURN(
          const neuroh5::Edges edges,
          projection.ReadRows(blocks[b], blocks[b + 1] - blocks[b],
                              Attributes()));
      if (!AppendJunctions(edges, &junctions)) return BadValues(path, name);
    }
  }
  std::sort(junctions.begin(), junctions.end());
  junctions.erase(std::unique(junctions.begin(), junctions.end()),
                  junctions.end());
  return junctions;
}

absl::StatusOr<std::int64_t> AddGapJunctions(parallel::Ranks& ranks,
                                             neuron::Engine& engine,
                                             const LoadedCells& cells,
                                             const std::string& path) {
  const auto junctions = ReadGapJunctions(path);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(junctions.status()));
  if (junctions->size() >= kMostJunctions) {
    return absl::ResourceExhaustedError(absl::StrCat(
        path, " has ", junctions->size(), " gap junctions; NEURON numbers ",
        kMostJunctions, " at most"));
  }
  MIV_RETURN_IF_ERROR(CheckCells(*junctions, cells));
  const auto sides = SidesHere(*junctions, cells);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(sides.status()));
  if (!junctions->empty()) {
    MIV_RETURN_IF_ERROR(
        ranks.AgreeOnStatus(neuron::CoupleSides(engine, *sides)));
  }
  return static_cast<std::int64_t>(junctions->size());
}

}  // namespace miv::simulate
