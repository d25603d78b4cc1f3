#pragma once

// Reading sections: geometry, topology, membrane.  Lengths um, areas um2,
// resistances megohm.  Segments are numbered from the 0 end of the section.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/simulate/neuron/handles.h"

namespace miv::simulate::neuron {

/// NEURON's own 3-d point.  `arc` belongs to the points as the template gave
/// them: define_shape() moves points and leaves it alone.
struct ShapePoint {
  float x = 0, y = 0, z = 0, diam = 0;
  double arc = 0;
};

struct Segment {
  double x = 0;  ///< centre, (i + 0.5) / nseg
  double area = 0;
  double ri = 0;  ///< to the parent segment
  double diam = 0;
  double cm = 0;  ///< uF/cm2
};

/// "gbar_kdtm" = 0.01
using NamedValue = std::pair<std::string, double>;

/// The name that the template gives it, e.g. "sections[5]", without the cell.
std::string SectionName(SectionHandle section);

double Length(SectionHandle section);
int SegmentCount(SectionHandle section);
double AxialResistivity(SectionHandle section);  ///< Ra, ohm cm

/// Diameter, um, and membrane capacitance, uF/cm2, at the middle.
double MiddleDiameter(SectionHandle section);
double MiddleCapacitance(SectionHandle section);

/// Cuts the section into `count` segments; range variables keep their values.
/// Errors: what NEURON has to say.
absl::Status SetSegmentCount(SectionHandle section, int count);

/// Null for a root.
SectionHandle Parent(SectionHandle section);
/// Where the section is attached, 0..1 on its parent.
double ParentPosition(SectionHandle section);
/// 0 if its 0 end is attached, else 1.
double Orientation(SectionHandle section);
/// In NEURON's order.
std::vector<SectionHandle> Children(SectionHandle section);

std::vector<ShapePoint> ShapePoints(SectionHandle section);

/// Errors: InvalidArgument if NEURON cannot lay the section out.
absl::StatusOr<std::vector<Segment>> Segments(SectionHandle section);

struct MembraneNames {
  std::vector<std::string> mechanisms;  ///< density mechanisms, sorted
  std::vector<std::string> ions;        ///< "k", "na", sorted
};
MembraneNames MembraneOf(SectionHandle section);

/// PARAMETERs of the density mechanisms and reversal potentials of the ions of
/// segment `segment`, sorted by name.
std::vector<NamedValue> MembraneParameters(SectionHandle section, int segment);

/// Address of a range variable at x.  Valid until the structure of the model
/// changes; initialisation counts as a change.
/// Errors: InvalidArgument if there is no such variable at that place.
absl::StatusOr<const double*> RangePointer(SectionHandle section,
                                           const std::string& variable,
                                           double x);

/// Unit of a range variable, "" if it has none.
/// Errors: NotFound if no mechanism has it.
absl::StatusOr<std::string> RangeUnit(const std::string& variable);

}  // namespace miv::simulate::neuron
