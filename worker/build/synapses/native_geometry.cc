#include "worker/build/synapses/native_geometry.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace miv::build {
namespace {

// Number of AC length constants in a section with these cumulative lengths and
// diameters, um.
double LengthConstants(const std::vector<double>& arc,
                       const std::vector<double>& diameter,
                       const NsegPolicy& policy) {
  double sum = 0;
  for (std::size_t i = 1; i < arc.size(); ++i)
    sum += (arc[i] - arc[i - 1]) / std::sqrt(diameter[i - 1] + diameter[i]);
  return sum * std::sqrt(2.0) * 1e-5 *
         std::sqrt(4 * M_PI * policy.frequency_hz *
                   policy.axial_resistance_ohm_cm * policy.capacitance_uf_cm2);
}

int SegmentCount(double length_constants, const NsegPolicy& policy) {
  if (policy.kind == NsegPolicy::Kind::kOne) return 1;
  return 2 * static_cast<int>((length_constants / policy.d_lambda + 0.9) / 2) +
         1;
}

// As NEURON measures between 3-d points: differences in float, the rest in
// double.
double Distance(float dx, float dy, float dz) {
  const double x = dx, y = dy, z = dz;
  return std::sqrt(x * x + y * y + z * z);
}

SectionGeometry SectionOf(const Morphology& m, std::size_t s,
                          const NsegPolicy& policy) {
  SectionGeometry section;
  section.swc_type = m.section_class(s);
  std::vector<double> diameter;
  double length = 0;
  const PointTree& p = m.points;
  std::size_t last = m.section(s).front();
  for (const std::uint16_t i : m.section(s)) {
    length +=
        Distance(p.x[i] - p.x[last], p.y[i] - p.y[last], p.z[i] - p.z[last]);
    last = i;
    section.x.push_back(p.x[i]);
    section.y.push_back(p.y[i]);
    section.z.push_back(p.z[i]);
    section.layer.push_back(p.layer[i]);
    section.arc.push_back(length);
    diameter.push_back(2.0 * p.radius[i]);
  }
  section.length_um = length;
  section.nseg =
      SegmentCount(LengthConstants(section.arc, diameter, policy), policy);
  if (length > 0)
    for (double& position : section.arc) position /= length;
  return section;
}

}  // namespace

absl::StatusOr<CellGeometry> NativeGeometry(const Morphology& morphology,
                                            const NsegPolicy& policy) {
  CellGeometry cell;
  for (std::size_t s = 0; s < morphology.section_count(); ++s) {
    SectionGeometry section = SectionOf(morphology, s, policy);
    if (!(section.length_um > 0))
      return absl::InvalidArgumentError(
          absl::StrCat("section ", s, " (", SwcTypeName(section.swc_type),
                       ") has no length: all its points are at one place"));
    cell.sections.push_back(std::move(section));
  }
  for (std::size_t e = 0; e < morphology.source.size(); ++e)
    cell.edges.push_back({morphology.source[e], morphology.destination[e]});
  return cell;
}

}  // namespace miv::build
