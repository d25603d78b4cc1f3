#include "common/verify/cell_shape.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace miv::verify {
namespace {

// Numbers of segments that are tried: all small ones, then odd ones, as the
// d_lambda rule gives.
constexpr int kEveryNsegTo = 31;
constexpr int kOddNsegTo = 201;
// Of a place along a section, in float32.
constexpr double kLocTolerance = 1e-6;

struct Curve {
  std::vector<double> arc;  // 0 to 1
  std::vector<std::int8_t> layer;
};

double Step(const neuroh5::Tree& tree, std::uint16_t a, std::uint16_t b) {
  const double dx = static_cast<double>(tree.x[b]) - tree.x[a];
  const double dy = static_cast<double>(tree.y[b]) - tree.y[a];
  const double dz = static_cast<double>(tree.z[b]) - tree.z[a];
  return std::sqrt(dx * dx + dy * dy + dz * dz);
}

std::int8_t NearestLayer(const Curve& curve, double x) {
  const auto begin = curve.arc.begin(), end = curve.arc.end();
  auto near = std::lower_bound(begin, end, x);
  if (near == end || (near != begin && x - *(near - 1) <= *near - x)) --near;
  // The earliest of points at one place.
  return curve.layer[std::lower_bound(begin, end, *near) - begin];
}

Division Divide(const Curve& curve, int nseg) {
  Division division{nseg, {}, 0};
  for (int i = 0; i < nseg; ++i)
    division.layers.push_back(NearestLayer(curve, (i + 0.5) / nseg));
  return division;
}

bool Explains(const Division& division, double loc, int layer) {
  for (const double x : {loc - kLocTolerance, loc + kLocTolerance}) {
    const int segment = std::clamp(
        static_cast<int>(std::floor(x * division.nseg)), 0, division.nseg - 1);
    if (division.layers[segment] == layer) return true;
  }
  return false;
}

ShapeSection SectionOf(const neuroh5::Tree& tree,
                       const std::vector<std::uint16_t>& points) {
  ShapeSection section;
  section.swc_type = tree.swc_type[points.back()];
  section.layer = tree.layer[points[0]];
  Curve curve;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0) section.length_um += Step(tree, points[i - 1], points[i]);
    curve.arc.push_back(section.length_um);
    curve.layer.push_back(tree.layer[points[i]]);
    section.mixed = section.mixed || curve.layer.back() != section.layer;
  }
  section.mixed = section.mixed && section.length_um > 0;
  if (!section.mixed) return section;
  for (double& arc : curve.arc) arc /= section.length_um;
  for (int nseg = 1; nseg <= kOddNsegTo; nseg += nseg < kEveryNsegTo ? 1 : 2)
    section.divisions.push_back(Divide(curve, nseg));
  return section;
}

// What one section has, in one layer, under one division.
struct Part {
  double mean = 0, variance = 0;
};

std::map<int, Part> PartsOf(const DensityRule& rule, double length,
                            const std::vector<std::int8_t>& layers) {
  std::map<int, Part> parts;
  const double segment = length / static_cast<double>(layers.size());
  for (const std::int8_t layer : layers) {
    const LayerDensity* density = rule.In(layer);
    if (density == nullptr) continue;
    const Moments m = PositiveNormal(density->mean, density->sd);
    parts[layer].mean += m.mean * segment;
    parts[layer].variance += m.mean * segment + m.variance * segment * segment;
  }
  return parts;
}

// Adds the least and the most that the section may have in each layer.
void AddSection(const DensityRule& rule, const ShapeSection& section,
                std::map<int, CategoryExpectation>& layers) {
  std::map<int, CategoryExpectation> own;
  std::size_t tried = 0;
  const auto take = [&](const std::vector<std::int8_t>& division) {
    const auto parts = PartsOf(rule, section.length_um, division);
    ++tried;
    for (auto& [layer, e] : own)
      if (!parts.contains(layer)) e.low = 0;
    for (const auto& [layer, part] : parts) {
      const bool fresh = !own.contains(layer);
      CategoryExpectation& e = own[layer];
      e.low = fresh ? (tried == 1 ? part.mean : 0) : std::min(e.low, part.mean);
      e.high = std::max(e.high, part.mean);
      e.variance = std::max(e.variance, part.variance);
    }
  };
  if (section.mixed)
    for (const Division& division : section.divisions) take(division.layers);
  else
    take({section.layer});
  for (const auto& [layer, e] : own) {
    CategoryExpectation& sum = layers[layer];
    sum.low += e.low;
    sum.high += e.high;
    sum.variance += e.variance;
  }
}

template <typename T>
void Mix(const std::vector<T>& values, std::uint64_t& hash) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
  for (std::size_t i = 0; i < values.size() * sizeof(T); ++i)
    hash = (hash ^ bytes[i]) * 0x100000001b3;
  hash = (hash ^ values.size()) * 0x100000001b3;
}

}  // namespace

CellShape::CellShape(const neuroh5::Tree& tree) {
  for (const auto& points : tree.sections)
    sections_.push_back(SectionOf(tree, points));
}

void CellShape::Learn(std::int64_t section, float loc, int layer) {
  if (section < 0 || section >= static_cast<std::int64_t>(sections_.size()))
    return;
  for (Division& division : sections_[section].divisions)
    if (!Explains(division, loc, layer)) ++division.misfits;
}

void CellShape::Settle() {
  settled_ = true;
  for (ShapeSection& section : sections_) {
    std::uint64_t least = ~std::uint64_t{0};
    for (const Division& division : section.divisions)
      least = std::min(least, division.misfits);
    std::erase_if(section.divisions, [least](const Division& division) {
      return division.misfits > least;
    });
  }
}

bool CellShape::Allows(std::int64_t section, float loc, int layer) const {
  const ShapeSection& s = sections_[section];
  if (!s.mixed) return layer == s.layer;
  return std::any_of(s.divisions.begin(), s.divisions.end(),
                     [loc, layer](const Division& division) {
                       return Explains(division, loc, layer);
                     });
}

std::vector<CategoryExpectation> CellShape::Expect(
    const SynapseExpectations& synapses) const {
  std::vector<CategoryExpectation> expected;
  for (const DensityRule& rule : synapses.rules) {
    std::map<int, CategoryExpectation> layers;
    for (const ShapeSection& section : sections_)
      if (section.swc_type == rule.section) AddSection(rule, section, layers);
    for (auto& [layer, e] : layers) {
      std::tie(e.section, e.type, e.layer) =
          std::tuple(rule.section, rule.type, layer);
      expected.push_back(e);
    }
  }
  return expected;
}

std::uint64_t ShapeKey(const neuroh5::Tree& tree) {
  std::uint64_t hash = 0xcbf29ce484222325;
  Mix(tree.x, hash);
  Mix(tree.y, hash);
  Mix(tree.z, hash);
  Mix(tree.layer, hash);
  Mix(tree.swc_type, hash);
  for (const auto& section : tree.sections) Mix(section, hash);
  return hash;
}

}  // namespace miv::verify
