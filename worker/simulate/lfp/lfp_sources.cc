#include "worker/simulate/lfp/lfp_sources.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/keyed_rng.h"
#include "common/base/status_macros.h"
#include "worker/parallel/exchange.h"
#include "worker/simulate/neuron/integrator.h"
#include "worker/simulate/neuron/random_stream.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate {
namespace {

constexpr std::uint8_t kSoma = 1;

double Distance(const Point& a, const Point& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

Point PositionOf(const neuron::ShapePoint& point) {
  return {point.x, point.y, point.z};
}

/// Where the generated coordinates put the somata, by gid.
using SomaPositions = std::map<std::uint32_t, Point>;

absl::Status NoCoordinates(const Electrode& electrode,
                           const std::string& cells) {
  Fault fault;
  fault.reason = "NO_COORDINATES";
  fault.field = absl::StrCat(electrode.path, ".place_cells");
  fault.what = absl::StrCat("the file has no soma coordinates of ", cells);
  fault.remedy =
      "Use place_cells: trees, or cells of a graph with an architecture.";
  return InvalidInput(fault);
}

std::vector<const ModelCell*> CellsOf(const LoadedCells& cells,
                                      int population) {
  std::vector<const ModelCell*> own;
  for (const auto& cell : cells.cells) {
    if (cell->population == population) own.push_back(cell.get());
  }
  return own;
}

/// Where the electrode wants the somata of these cells: at their coordinates,
/// or nowhere in particular (empty).
absl::StatusOr<SomaPositions> ReadPlacement(
    const neuroh5::Reader& reader, const Electrode& electrode,
    const LoadedPopulation& population,
    const std::vector<const ModelCell*>& cells) {
  SomaPositions positions;
  if (electrode.placement != CellPlacement::kSoma) return positions;
  if (population.coordinates.empty()) {
    return NoCoordinates(electrode, population.info.name);
  }
  std::vector<std::uint32_t> gids;
  for (const ModelCell* cell : cells) gids.push_back(cell->gid);
  if (gids.empty()) return positions;
  int axis = 0;
  for (const char* name : {"X Coordinate", "Y Coordinate", "Z Coordinate"}) {
    MIV_ASSIGN_OR_RETURN(
        const auto values,
        reader.ReadCells<float>(population.info.name, population.coordinates,
                                name, neuroh5::Selection::Gids(gids)));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].empty()) positions[values.gids[i]][axis] = values[i][0];
    }
    ++axis;
  }
  if (positions.size() == gids.size()) return positions;
  return NoCoordinates(electrode,
                       absl::StrCat("some cells of ", population.info.name));
}

/// Point 0 of the cell's first soma section.
absl::StatusOr<Point> SomaPoint(const ModelCell& cell) {
  const std::vector<int> soma = cell.OfClass(kSoma);
  if (!soma.empty()) {
    const auto points = neuron::ShapePoints(cell.sections[soma.front()]);
    if (!points.empty()) return PositionOf(points.front());
  }
  Fault fault;
  fault.reason = "NO_GEOMETRY";
  fault.gid = cell.gid;
  fault.what = "the cell has no 3-d points, so that its LFP is unknown";
  fault.remedy = "Leave its population out with lfp[].populations.";
  return InvalidInput(fault);
}

/// The place of a cell relative to where its template put it.
Point Shift(const Point& from, const Point& to) {
  return {to[0] - from[0], to[1] - from[1], to[2] - from[2]};
}

std::vector<PathPoint> PathOf(neuron::SectionHandle section,
                              const Point& shift) {
  std::vector<PathPoint> path;
  for (const neuron::ShapePoint& point : neuron::ShapePoints(section)) {
    const Point p = PositionOf(point);
    path.push_back(
        {{p[0] + shift[0], p[1] + shift[1], p[2] + shift[2]}, point.arc});
  }
  return path;
}

void Append(neuron::SectionHandle section, absl::Span<const double> weights,
            double factor, LfpSource* source) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    source->nodes.push_back(static_cast<std::uint32_t>(
        neuron::NodeIndex(section, static_cast<int>(i))));
    source->weights.push_back(factor * weights[i]);
  }
}

absl::StatusOr<LfpSource> ExactSource(const ModelCell& cell, const Point& shift,
                                      const Electrode& electrode,
                                      double factor) {
  LfpSource source;
  for (const neuron::SectionHandle section : cell.sections) {
    const std::vector<PathPoint> path = PathOf(section, shift);
    if (path.empty()) continue;
    MIV_ASSIGN_OR_RETURN(const std::vector<neuron::Segment> segments,
                         neuron::Segments(section));
    std::vector<double> diams;
    for (const neuron::Segment& segment : segments) {
      diams.push_back(segment.diam);
    }
    std::vector<double> weights;
    for (const LineSource& line : SegmentSources(path, diams)) {
      weights.push_back(
          LineSourceWeight(line, electrode.position, electrode.rho));
    }
    Append(section, weights, factor, &source);
  }
  return source;
}

absl::StatusOr<std::vector<double>> Areas(neuron::SectionHandle section) {
  MIV_ASSIGN_OR_RETURN(const std::vector<neuron::Segment> segments,
                       neuron::Segments(section));
  std::vector<double> areas;
  for (const neuron::Segment& segment : segments) areas.push_back(segment.area);
  return areas;
}

absl::StatusOr<LfpSource> LegacySource(const LfpModel& model,
                                       const ModelCell& cell,
                                       const Point& shift,
                                       const Electrode& electrode,
                                       double factor) {
  std::vector<neuron::SectionHandle> handles;
  std::vector<LegacySection> sections;
  for (const neuron::SectionHandle section : cell.cell->Sections("all")) {
    LegacySection entry{PathOf(section, shift), neuron::Length(section), {}};
    if (entry.path.empty()) continue;
    MIV_ASSIGN_OR_RETURN(entry.areas, Areas(section));
    handles.push_back(section);
    sections.push_back(std::move(entry));
  }
  auto weights = LegacyWeights(sections, model.reference, electrode.position,
                               electrode.rho);
  if (!weights.ok()) {
    Fault fault = FaultOrMessage(weights.status());
    fault.field = absl::StrCat(electrode.path, ".pos");
    fault.gid = cell.gid;
    return InvalidInput(fault);
  }
  LfpSource source;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    Append(handles[i], (*weights)[i], factor, &source);
  }
  return source;
}

/// Decides which cells count, and how much: those near the electrode with
/// weight 1, a fraction of the others with its inverse.
class Selection {
 public:
  static absl::StatusOr<Selection> Create(const LfpModel& model,
                                          const Electrode& electrode,
                                          int population) {
    Selection selection(electrode);
    if (electrode.mode == LfpMode::kExact) return selection;
    const auto gids = SetOrder(model.cells.populations[population].gids);
    MIV_ASSIGN_OR_RETURN(
        const std::vector<double> draws,
        neuron::UniformStream(model.engine, electrode.seed + population,
                              gids.size()));
    for (std::size_t i = 0; i < gids.size(); ++i) {
      selection.draws_[gids[i]] = draws[i];
    }
    return selection;
  }

  /// 0 = the cell does not count.
  double Weight(std::uint32_t gid, double distance) const {
    if (distance < electrode_.near_um) return 1;
    if (Draw(gid) >= electrode_.far_fraction) return 0;
    return 1 / electrode_.far_fraction;
  }

 private:
  explicit Selection(const Electrode& electrode) : electrode_(electrode) {}

  double Draw(std::uint32_t gid) const {
    const auto drawn = draws_.find(gid);
    if (drawn != draws_.end()) return drawn->second;
    return KeyedRng(electrode_.seed, "lfp", gid).Uniform();
  }

  const Electrode& electrode_;
  std::map<std::uint32_t, double> draws_;  ///< of the legacy mode, by gid
};

}  // namespace

absl::StatusOr<ReferenceAreas> FirstSectionAreas(parallel::Ranks& ranks,
                                                 const LoadedCells& cells) {
  absl::StatusOr<ReferenceAreas> areas = ReferenceAreas();
  for (const LoadedPopulation& population : cells.populations) {
    if (population.artificial || population.gids.empty()) continue;
    for (const auto& cell : cells.cells) {
      if (cell->gid == population.gids.front()) {
        areas = Areas(cell->sections.front());
      }
    }
    break;
  }
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(areas.status()));
  return parallel::AllGatherValues(ranks, absl::MakeConstSpan(*areas));
}

absl::StatusOr<std::vector<LfpSource>> SourcesOf(const LfpModel& model,
                                                 const Electrode& electrode,
                                                 int population) {
  const std::vector<const ModelCell*> own = CellsOf(model.cells, population);
  MIV_ASSIGN_OR_RETURN(const SomaPositions placed,
                       ReadPlacement(model.reader, electrode,
                                     model.cells.populations[population], own));
  MIV_ASSIGN_OR_RETURN(const Selection selection,
                       Selection::Create(model, electrode, population));
  std::vector<LfpSource> sources;
  for (const ModelCell* cell : own) {
    MIV_ASSIGN_OR_RETURN(const Point origin, SomaPoint(*cell));
    const auto target = placed.find(cell->gid);
    const Point soma = target == placed.end() ? origin : target->second;
    const double factor =
        selection.Weight(cell->gid, Distance(soma, electrode.position));
    if (factor == 0) continue;
    const Point shift = Shift(origin, soma);
    MIV_ASSIGN_OR_RETURN(
        LfpSource source,
        electrode.mode == LfpMode::kLegacy
            ? LegacySource(model, *cell, shift, electrode, factor)
            : ExactSource(*cell, shift, electrode, factor));
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace miv::simulate
