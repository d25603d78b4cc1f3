#include "worker/build/synapses/synapse_placement.h"

#include <algorithm>
#include <cmath>

#include "common/base/positive_normal.h"
#include "common/base/status_macros.h"
#include "worker/build/synapses/layer_lengths.h"
#include "worker/build/synapses/section_order.h"

namespace miv::build {
namespace {

constexpr char kPurpose[] = "synapse placement";
// The neighbours of 0 and 1 that locs is confined to, in float32.
constexpr float kFirstLoc = 0x1p-24f;
constexpr float kLastLoc = 1 - 0x1p-24f;

// Index of the entry for a layer, else of the default, else -1.
int EntryFor(const DensityRule& rule, std::int8_t layer) {
  int fallback = -1;
  for (std::size_t i = 0; i < rule.layers.size(); ++i) {
    if (!rule.layers[i].layer.has_value()) fallback = static_cast<int>(i);
    if (rule.layers[i].layer == layer) return static_cast<int>(i);
  }
  return fallback;
}

double DrawDensity(double mean, double sd, double below, KeyedRng& rng) {
  if (!(sd > 0)) return mean;
  const double p = below + rng.Uniform() * (1 - below);
  const double value = mean + sd * InverseNormal(std::min(p, 1 - 0x1p-53));
  return std::max(value, 0.0);  // rounding at the cut
}

}  // namespace

void SynapseTable::Clear() {
  syn_ids.clear();
  cdists.clear();
  locs.clear();
  secs.clear();
  layers.clear();
  types.clear();
  swc_types.clear();
}

// Positions along one section, um from its 0 end, ascending, and the layer of
// each.
struct SynapsePlan::Arrivals {
  std::vector<double> position;
  std::vector<std::int8_t> layer;

  void Clear() {
    position.clear();
    layer.clear();
  }
  void Add(double at, std::int8_t in_layer) {
    position.push_back(at);
    layer.push_back(in_layer);
  }
};

absl::StatusOr<SynapsePlan> SynapsePlan::Create(
    const CellGeometry& cell, absl::Span<const DensityRule> table,
    const SynapseOptions& options) {
  MIV_RETURN_IF_ERROR(ValidateCellGeometry(cell));
  MIV_RETURN_IF_ERROR(ValidateDensityTable(table));
  SynapsePlan plan;
  plan.options_ = options;
  for (const SectionGeometry& section : cell.sections)
    plan.curves_.emplace_back(section);
  for (std::size_t r = 0; r < table.size(); ++r)
    plan.AddRule(cell, table[r], r);
  return plan;
}

void SynapsePlan::AddRule(const CellGeometry& cell, const DensityRule& rule,
                          std::size_t rule_index) {
  std::vector<bool> used(rule.layers.size(), false);
  for (const std::uint32_t index : PlacementOrder(cell, rule.swc_type))
    AddRun(cell.sections[index], index, rule, used);
  for (std::size_t i = 0; i < used.size(); ++i) {
    const bool wanted = rule.layers[i].mean > 0 || rule.layers[i].sd > 0;
    if (wanted && !used[i]) unused_.push_back({rule_index, i});
  }
}

void SynapsePlan::AddRun(const SectionGeometry& section, std::uint32_t index,
                         const DensityRule& rule, std::vector<bool>& used) {
  const Run run = {index,
                   rule.swc_type,
                   rule.synapse_type,
                   section.length_um,
                   segments_.size(),
                   section.nseg};
  double expected = 0;
  for (int i = 0; i < section.nseg; ++i) {
    const std::int8_t layer = SegmentLayer(section, i);
    Segment segment = {0, 0, 0, layer};
    if (const int entry = EntryFor(rule, layer); entry >= 0) {
      used[static_cast<std::size_t>(entry)] = true;
      const LayerDensity& density =
          options_.density_semantics == DensitySemantics::kLastLayer
              ? rule.layers.back()
              : rule.layers[static_cast<std::size_t>(entry)];
      segment.mean = density.mean;
      segment.sd = density.sd;
      if (density.sd > 0)
        segment.below =
            0.5 * std::erfc(density.mean / (density.sd * std::sqrt(2.0)));
      expected += PositiveNormalMean(density.mean, density.sd) *
                  section.length_um / section.nseg;
    }
    segments_.push_back(segment);
  }
  if (!(expected > 0)) {
    segments_.resize(run.first_segment);
    return;
  }
  expected_synapses_ += expected;
  runs_.push_back(run);
}

void SynapsePlan::Arrive(const Run& run, std::int64_t seed, std::uint32_t gid,
                         Arrivals& arrivals) const {
  arrivals.Clear();
  KeyedRng rng(seed, kPurpose, gid, run.section * 4 + run.synapse_type);
  if (options_.distribution == SynapseDistribution::kUniform)
    ArriveEvenly(run, rng, arrivals);
  else if (options_.point_process == PointProcess::kOriginal)
    ArriveOriginal(run, rng, arrivals);
  else
    ArriveHomogeneous(run, rng, arrivals);
}

// Unit-rate arrivals in the integrated density, mapped back segment by segment:
// a gap that crosses a boundary goes on with the next density.
void SynapsePlan::ArriveHomogeneous(const Run& run, KeyedRng& rng,
                                    Arrivals& out) const {
  const double width = run.length_um / run.nseg;
  double integral = 0;
  double next = rng.Exponential();
  for (int i = 0; i < run.nseg; ++i) {
    const Segment& s = segments_[run.first_segment + i];
    const double density = DrawDensity(s.mean, s.sd, s.below, rng);
    const double end = integral + density * width;
    const double start_um = i * width;
    for (; next < end; next += rng.Exponential())
      out.Add(start_um + (next - integral) / density, s.layer);
    integral = end;
  }
}

void SynapsePlan::ArriveOriginal(const Run& run, KeyedRng& rng,
                                 Arrivals& out) const {
  const double width = run.length_um / run.nseg;
  double at = 0;
  for (int i = 0; i < run.nseg; ++i) {
    const Segment& s = segments_[run.first_segment + i];
    const double density = DrawDensity(s.mean, s.sd, s.below, rng);
    const double start = i * width, end = (i + 1) * width;
    if (!(density > 0)) {
      at = end;
      continue;
    }
    // At the very start the gap is redrawn until it ends within the segment:
    // an exponential cut off at the segment's length.
    at += at > 0 ? rng.Exponential() / density
                 : -std::log1p(rng.Uniform() * std::expm1(-width * density)) /
                       density;
    for (; at < end; at += rng.Exponential() / density)
      if (at >= start) out.Add(at, s.layer);
  }
}

void SynapsePlan::ArriveEvenly(const Run& run, KeyedRng& rng,
                               Arrivals& out) const {
  const double width = run.length_um / run.nseg;
  for (int i = 0; i < run.nseg; ++i) {
    const Segment& s = segments_[run.first_segment + i];
    const double wanted = width * DrawDensity(s.mean, s.sd, s.below, rng);
    const double whole = std::floor(wanted);
    const double n = whole + (rng.Uniform() < wanted - whole ? 1 : 0);
    for (double k = 0; k < n; ++k)
      out.Add((i + (k + 0.5) / n) * width, s.layer);
  }
}

void SynapsePlan::Place(std::int64_t seed, std::uint32_t gid,
                        SynapseTable& out) const {
  Arrivals arrivals;
  std::uint32_t id = 0;
  for (const Run& run : runs_) {
    Arrive(run, seed, gid, arrivals);
    const std::size_t n = arrivals.position.size();
    const std::size_t total = out.size() + n;
    std::size_t piece = 0;
    for (const double position : arrivals.position) {
      const double t = position / run.length_um;
      out.syn_ids.push_back(id++);
      out.locs.push_back(
          std::clamp(static_cast<float>(t), kFirstLoc, kLastLoc));
      out.cdists.push_back(static_cast<float>(
          curves_[run.section].DistanceFromOrigin(t, piece)));
    }
    out.secs.resize(total, run.section);
    out.layers.insert(out.layers.end(), arrivals.layer.begin(),
                      arrivals.layer.end());
    out.types.resize(total, run.synapse_type);
    out.swc_types.resize(total, run.swc_type);
  }
}

std::uint64_t SynapsePlan::Count(std::int64_t seed, std::uint32_t gid) const {
  Arrivals arrivals;
  std::uint64_t count = 0;
  for (const Run& run : runs_) {
    Arrive(run, seed, gid, arrivals);
    count += arrivals.position.size();
  }
  return count;
}

}  // namespace miv::build
