#include "worker/build/geometry/soma_placement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/keyed_rng.h"
#include "common/base/status_macros.h"

namespace miv::build {
namespace {

constexpr std::array<int, 3> kHaltonBases = {3, 5, 7};
constexpr std::uint64_t kCandidatesPerCell = 2;

constexpr double kTolerance = 1e-3;  // um, of the layers' faces

// Cells that are placed in one box, or stand at points.
struct Group {
  const PopulationCells* population;
  std::string layer;
  std::uint32_t count;
  Box box;
  std::vector<Point3> points;  // [count] U, V, L, or none
};

absl::StatusOr<Box> BoxOf(const LayerTable& layers,
                          const PopulationCells& population,
                          const LayerCells& cells) {
  MIV_ASSIGN_OR_RETURN(Box box, layers.Get(cells.layer));
  if (!cells.band.has_value()) return box;
  const double lo = std::max(box.lo[2], cells.band->lo);
  const double hi = std::min(box.hi[2], cells.band->hi);
  if (!(lo <= hi)) {
    Fault fault;
    fault.reason = "EMPTY_CELL_CONSTRAINT";
    fault.field =
        absl::StrCat("cell_constraints.", population.name, ".", cells.layer);
    fault.what = "the constraint leaves nothing of the layer";
    fault.expected = absl::StrCat("a part of L ", box.lo[2], " to ", box.hi[2]);
    fault.found = absl::StrCat(cells.band->lo, " to ", cells.band->hi);
    return InvalidInput(fault);
  }
  box.lo[2] = lo;
  box.hi[2] = hi;
  return box;
}

// (U, V, L) of points in space; the inverse of a rotation is its transpose.
absl::StatusOr<std::vector<Point3>> PointsOf(const LayerTable& layers,
                                             const Rotation& rotation,
                                             const LayerCells& cells) {
  std::vector<Point3> points;
  for (const Point3& xyz : cells.points) {
    Point3& uvl = points.emplace_back();
    for (int a = 0; a < 3; ++a)
      for (int row = 0; row < 3; ++row) uvl[a] += rotation[row][a] * xyz[row];
    const bool inside = std::any_of(
        layers.layers().begin(), layers.layers().end(),
        [&uvl](const Layer& l) { return l.box.Contains(uvl, kTolerance); });
    if (inside) continue;
    Fault fault;
    fault.reason = "OUT_OF_RANGE";
    fault.field =
        absl::StrCat("points.", cells.layer, "[", points.size() - 1, "]");
    fault.what = "the point lies in no layer";
    fault.expected = "a point in one of layer_extents";
    fault.found = absl::StrCat("U ", uvl[0], ", V ", uvl[1], ", L ", uvl[2]);
    return InvalidInput(fault);
  }
  return points;
}

absl::Status CheckOptions(const PlacementOptions& options) {
  const auto bad = [](const char* field, double value, const char* expected) {
    Fault fault;
    fault.reason = "OPTION_OUT_OF_RANGE";
    fault.field = field;
    fault.what = "out of range";
    fault.expected = expected;
    fault.found = absl::StrCat(value);
    return InvalidInput(fault);
  };
  if (options.node_iterations < 0)
    return bad("nodeiter", options.node_iterations, "0 or more");
  if (!(options.dispersion_delta >= 0 && options.dispersion_delta <= 1))
    return bad("dispersion_delta", options.dispersion_delta, "0 to 1");
  if (!(options.snap_delta >= 0 && options.snap_delta <= 1))
    return bad("snap_delta", options.snap_delta, "0 to 1");
  return absl::OkStatus();
}

// Groups of all populations, populations by name and those at points first: the
// order of the nodes, on which ties between equally near neighbours depend.
absl::StatusOr<std::vector<Group>> MakeGroups(
    const LayerTable& layers, absl::Span<const PopulationCells> populations,
    const Rotation& rotation) {
  std::vector<const PopulationCells*> by_name;
  for (const PopulationCells& population : populations)
    by_name.push_back(&population);
  std::sort(by_name.begin(), by_name.end(),
            [](const auto* a, const auto* b) { return a->name < b->name; });
  std::vector<Group> groups;
  std::uint64_t total = 0;
  for (const PopulationCells* population : by_name) {
    for (const bool at_points : {true, false})
      for (const LayerCells& cells : population->layers) {
        if (cells.count == 0 || cells.points.empty() == at_points) continue;
        Group group{population, cells.layer, cells.count, {}, {}};
        if (at_points) {
          MIV_ASSIGN_OR_RETURN(group.points, PointsOf(layers, rotation, cells));
        } else {
          MIV_ASSIGN_OR_RETURN(group.box, BoxOf(layers, *population, cells));
        }
        total += cells.count;
        groups.push_back(std::move(group));
      }
  }
  if (total > std::numeric_limits<std::uint32_t>::max())
    return absl::InvalidArgumentError(
        absl::StrCat(total, " cells, but gids have 32 bits"));
  return groups;
}

// The first `count` Halton points in the box, shifted around it at random.
std::vector<Point3> Candidates(const Group& group, std::int64_t seed) {
  KeyedRng rng(seed,
               absl::StrCat("soma sequence shift/", group.population->name, "/",
                            group.layer),
               0);
  const Point3 shift = {rng.Uniform(), rng.Uniform(), rng.Uniform()};
  std::vector<Point3> points(kCandidatesPerCell * group.count);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (int a = 0; a < 3; ++a) {
      const double t = RadicalInverse(i, kHaltonBases[a]) + shift[a];
      points[i][a] =
          std::min(group.box.lo[a] + (t - std::floor(t)) * group.box.extent(a),
                   group.box.hi[a]);
    }
  }
  return points;
}

// `count` of n indices without replacement, ascending (Knuth 3.4.2, S).
std::vector<std::size_t> Choose(std::size_t n, std::size_t count,
                                KeyedRng rng) {
  std::vector<std::size_t> chosen;
  chosen.reserve(count);
  for (std::size_t i = 0; i < n && chosen.size() < count; ++i) {
    const double left = static_cast<double>(n - i);
    const double wanted = static_cast<double>(count - chosen.size());
    if (left * rng.Uniform() < wanted) chosen.push_back(i);
  }
  return chosen;
}

// Row numbers by float32 (U, V, L).
SomaPositions SortedPositions(const std::vector<Point3>& positions,
                              const Rotation& rotation) {
  const auto key = [&](std::size_t i) {
    const Point3& p = positions[i];
    return std::make_tuple(static_cast<float>(p[0]), static_cast<float>(p[1]),
                           static_cast<float>(p[2]));
  };
  std::vector<std::size_t> order(positions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return key(a) < key(b); });
  SomaPositions out;
  for (const std::size_t i : order) {
    const Point3 xyz = Rotate(rotation, positions[i]);
    out.u.push_back(static_cast<float>(positions[i][0]));
    out.v.push_back(static_cast<float>(positions[i][1]));
    out.l.push_back(static_cast<float>(positions[i][2]));
    out.x.push_back(static_cast<float>(xyz[0]));
    out.y.push_back(static_cast<float>(xyz[1]));
    out.z.push_back(static_cast<float>(xyz[2]));
  }
  return out;
}

// One placement under way.
class Placement {
 public:
  Placement(std::vector<Group> groups, const PlacementOptions& options,
            std::int64_t seed, const BlockRunner& run,
            PlacementProgress progress)
      : groups_(std::move(groups)),
        options_(options),
        seed_(seed),
        progress_(progress) {
    std::uint64_t cells = 0, free = 0;
    for (const Group& group : groups_) {
      cells += group.count;
      if (group.points.empty()) free += group.count;
    }
    const auto passes = static_cast<std::uint64_t>(options.node_iterations + 1);
    total_ = free * kCandidatesPerCell * passes +
             cells * static_cast<std::uint64_t>(options.final_iterations);
    counted_run_ = [this, &run](std::vector<Point3>& next, BlockUpdate update) {
      MIV_RETURN_IF_ERROR(run(next, update));
      done_ += next.size();
      return progress_(done_, total_);
    };
  }

  // Fills `chosen_`, population by population.
  absl::Status ChooseCells() {
    for (std::size_t first = 0; first < groups_.size();) {
      std::size_t last = first + 1;
      if (!groups_[first].points.empty()) {
        Take(groups_[first]);
        first = last;
        continue;
      }
      while (options_.choose_over_all_layers && last < groups_.size() &&
             groups_[last].population == groups_[first].population)
        ++last;
      MIV_RETURN_IF_ERROR(ChooseFrom(first, last));
      first = last;
    }
    return absl::OkStatus();
  }

  absl::Status Finish() {
    return Disperse(chosen_, options_.final_iterations,
                    options_.dispersion_delta, counted_run_);
  }

  // Positions of the cells of one population.
  std::vector<Point3> Of(const PopulationCells* population) const {
    std::vector<Point3> positions;
    for (std::size_t i = 0; i < chosen_.size(); ++i)
      if (owner_[chosen_.box_of[i]] == population)
        positions.push_back(chosen_.position[i]);
    return positions;
  }

 private:
  // A box for cells that are chosen next.
  std::uint32_t AddBox(const Box& box, const PopulationCells* population) {
    chosen_.boxes.push_back(box);
    owner_.push_back(population);
    return static_cast<std::uint32_t>(owner_.size() - 1);
  }

  // Cells at points: each in a box that leaves it no room.
  void Take(const Group& group) {
    for (const Point3& point : group.points) {
      chosen_.position.push_back(point);
      chosen_.box_of.push_back(AddBox({point, point}, group.population));
    }
  }

  // Disperses the candidates of groups [first, last) each in its box, and keeps
  // as many as the groups need together.
  absl::Status ChooseFrom(std::size_t first, std::size_t last) {
    Nodes pool;
    std::size_t wanted = 0;
    for (std::size_t g = first; g < last; ++g) {
      Nodes nodes;
      nodes.position = Candidates(groups_[g], seed_);
      nodes.boxes = {groups_[g].box};
      nodes.box_of.assign(nodes.size(), 0);
      MIV_RETURN_IF_ERROR(Disperse(nodes, options_.node_iterations,
                                   options_.dispersion_delta, counted_run_));
      MIV_RETURN_IF_ERROR(
          SnapToFaces(nodes, options_.snap_delta, counted_run_));
      pool.position.insert(pool.position.end(), nodes.position.begin(),
                           nodes.position.end());
      pool.box_of.resize(pool.size(),
                         AddBox(groups_[g].box, groups_[g].population));
      wanted += groups_[g].count;
    }
    std::string purpose =
        absl::StrCat("soma choice/", groups_[first].population->name);
    if (!options_.choose_over_all_layers)
      absl::StrAppend(&purpose, "/", groups_[first].layer);
    for (const std::size_t i :
         Choose(pool.size(), wanted, KeyedRng(seed_, purpose, 0))) {
      chosen_.position.push_back(pool.position[i]);
      chosen_.box_of.push_back(pool.box_of[i]);
    }
    return absl::OkStatus();
  }

  std::vector<Group> groups_;
  const PlacementOptions& options_;
  std::int64_t seed_;
  PlacementProgress progress_;
  BlockRunner counted_run_;
  std::uint64_t done_ = 0, total_ = 0;
  Nodes chosen_;
  std::vector<const PopulationCells*> owner_;  // of chosen_.boxes
};

}  // namespace

double RadicalInverse(std::uint64_t index, int base) {
  double value = 0;
  double digit = 1.0 / base;
  for (; index > 0; index /= static_cast<std::uint64_t>(base)) {
    value +=
        static_cast<double>(index % static_cast<std::uint64_t>(base)) * digit;
    digit /= base;
  }
  return value;
}

absl::StatusOr<std::vector<SomaPositions>> PlaceSomata(
    const LayerTable& layers, absl::Span<const PopulationCells> populations,
    const PlacementOptions& options, std::int64_t seed, const BlockRunner& run,
    PlacementProgress progress) {
  MIV_RETURN_IF_ERROR(CheckOptions(options));
  MIV_ASSIGN_OR_RETURN(std::vector<Group> groups,
                       MakeGroups(layers, populations, options.rotation));
  Placement placement(std::move(groups), options, seed, run, progress);
  MIV_RETURN_IF_ERROR(placement.ChooseCells());
  MIV_RETURN_IF_ERROR(placement.Finish());
  std::vector<SomaPositions> result;
  for (const PopulationCells& population : populations)
    result.push_back(
        SortedPositions(placement.Of(&population), options.rotation));
  return result;
}

}  // namespace miv::build
