#include "worker/simulate/lfp/lfp_recorder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/keyed_rng.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "worker/parallel/exchange.h"
#include "worker/simulate/neuron/integrator.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate {
namespace {

/// Samples that a rank keeps before they are added up over ranks.
constexpr std::size_t kBatch = 1000;

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

/// Weight of a cell for an electrode by the reference's rule, 0 = not selected.
double SelectionWeight(const Electrode& electrode, std::uint32_t gid,
                       double distance) {
  if (distance < electrode.near_um) return 1;
  KeyedRng rng(electrode.seed, "lfp", gid);
  if (rng.Uniform() >= electrode.far_fraction) return 0;
  return 1 / electrode.far_fraction;
}

absl::Status AppendSection(neuron::SectionHandle section, const Point& shift,
                           const Electrode& electrode, double weight,
                           std::vector<std::uint32_t>* nodes,
                           std::vector<double>* weights) {
  std::vector<PathPoint> path;
  for (const neuron::ShapePoint& point : neuron::ShapePoints(section)) {
    const Point p = PositionOf(point);
    path.push_back(
        {{p[0] + shift[0], p[1] + shift[1], p[2] + shift[2]}, point.arc});
  }
  if (path.empty()) return absl::OkStatus();
  MIV_ASSIGN_OR_RETURN(const std::vector<neuron::Segment> segments,
                       neuron::Segments(section));
  std::vector<double> diams;
  for (const neuron::Segment& segment : segments) diams.push_back(segment.diam);
  const std::vector<LineSource> sources = SegmentSources(path, diams);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    nodes->push_back(static_cast<std::uint32_t>(
        neuron::NodeIndex(section, static_cast<int>(i))));
    weights->push_back(weight * LineSourceWeight(sources[i], electrode.position,
                                                 electrode.rho));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Populations(const Electrode& electrode,
                                                     const LoadedCells& cells) {
  std::vector<std::string> all;
  for (const LoadedPopulation& population : cells.populations) {
    if (!population.artificial) all.push_back(population.info.name);
  }
  if (electrode.populations.empty()) return all;
  std::vector<std::string> chosen = electrode.populations;
  std::sort(chosen.begin(), chosen.end());
  for (const std::string& name : chosen) {
    if (std::find(all.begin(), all.end(), name) != all.end()) continue;
    Fault fault;
    fault.reason = "UNKNOWN_POPULATION";
    fault.field = absl::StrCat(electrode.path, ".populations");
    fault.what = "there is no such population of cells with a membrane";
    fault.found = name;
    fault.remedy = SuggestName(name, all);
    return InvalidInput(fault);
  }
  return chosen;
}

}  // namespace

absl::Status LfpRecorder::AddChannel(const Electrode& electrode,
                                     const Request& request) {
  Channel channel;
  channel.electrode = electrode;
  MIV_ASSIGN_OR_RETURN(channel.steps_per_sample,
                       StepsPerSample(absl::StrCat(electrode.path, ".dt_lfp"),
                                      electrode.dt_ms, request.dt_ms));
  MIV_ASSIGN_OR_RETURN(channel.populations,
                       Populations(electrode, request.cells));
  for (std::size_t p = 0; p < channel.populations.size(); ++p) {
    MIV_RETURN_IF_ERROR(AddPopulation(request, static_cast<int>(p), &channel));
  }
  channel.trace.electrode = electrode;
  channel.trace.populations = channel.populations;
  channel.trace.by_population.resize(channel.columns());
  channels_.push_back(std::move(channel));
  return absl::OkStatus();
}

absl::Status LfpRecorder::AddPopulation(const Request& request, int column,
                                        Channel* channel) {
  const Electrode& electrode = channel->electrode;
  const int index = request.cells.Find(channel->populations[column]);
  const LoadedPopulation& population = request.cells.populations[index];
  const std::vector<const ModelCell*> own = CellsOf(request.cells, index);
  MIV_ASSIGN_OR_RETURN(
      const SomaPositions placed,
      ReadPlacement(request.reader, electrode, population, own));
  for (const ModelCell* cell : own) {
    MIV_ASSIGN_OR_RETURN(Point soma, SomaPoint(*cell));
    Point shift{};
    const auto target = placed.find(cell->gid);
    if (target != placed.end()) {
      for (int i = 0; i < 3; ++i) shift[i] = target->second[i] - soma[i];
      soma = target->second;
    }
    const double weight = SelectionWeight(electrode, cell->gid,
                                          Distance(soma, electrode.position));
    if (weight == 0) continue;
    Source source;
    source.population = column;
    for (const neuron::SectionHandle section : cell->sections) {
      MIV_RETURN_IF_ERROR(AppendSection(section, shift, electrode, weight,
                                        &source.nodes, &source.weights));
    }
    channel->sources.push_back(std::move(source));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LfpRecorder>> LfpRecorder::Create(
    parallel::Ranks& ranks, const Request& request) {
  std::unique_ptr<LfpRecorder> recorder(new LfpRecorder(ranks));
  for (const Electrode& electrode : request.electrodes) {
    MIV_RETURN_IF_ERROR(
        ranks.AgreeOnStatus(recorder->AddChannel(electrode, request)));
  }
  return recorder;
}

void LfpRecorder::Sample(Channel* channel) {
  const absl::Span<const double> currents = neuron::MembraneCurrents();
  const std::size_t first = channel->pending.size();
  channel->pending.resize(first + channel->columns());
  for (const Source& source : channel->sources) {
    double potential = 0;
    for (std::size_t i = 0; i < source.nodes.size(); ++i) {
      potential += source.weights[i] * currents[source.nodes[i]];
    }
    channel->pending[first + source.population].Add(potential);
  }
}

void LfpRecorder::Flush(Channel* channel) {
  const std::size_t width = channel->columns();
  const auto all = parallel::GatherValuesToRoot(
      ranks_, absl::MakeConstSpan(channel->pending));
  const std::size_t count = channel->pending.size();
  channel->pending.clear();
  for (std::size_t i = 0; i * width < count && !all.empty(); ++i) {
    ExactSum total;
    for (std::size_t p = 0; p < width; ++p) {
      ExactSum sum;
      for (std::size_t at = i * width + p; at < all.size(); at += count) {
        sum.Add(all[at]);
      }
      total.Add(sum);
      channel->trace.by_population[p].push_back(sum.value());
    }
    channel->overflown = channel->overflown || total.overflown();
    channel->trace.total.push_back(total.value());
  }
}

void LfpRecorder::OnStep(std::int64_t step) {
  for (Channel& channel : channels_) {
    if (step % channel.steps_per_sample != 0) continue;
    Sample(&channel);
    if (channel.pending.size() >= kBatch * channel.columns()) {
      Flush(&channel);
    }
  }
}

absl::StatusOr<std::vector<LfpTrace>> LfpRecorder::Finish() {
  std::vector<LfpTrace> traces;
  absl::Status status;
  for (Channel& channel : channels_) {
    Flush(&channel);
    if (channel.overflown) {
      status = absl::OutOfRangeError(
          absl::StrCat("the potential at electrode ", channel.electrode.label,
                       " is not a number or beyond 1e6 mV"));
    }
    if (ranks_.is_root()) traces.push_back(std::move(channel.trace));
  }
  MIV_RETURN_IF_ERROR(ranks_.AgreeOnStatus(status));
  return traces;
}

}  // namespace miv::simulate
