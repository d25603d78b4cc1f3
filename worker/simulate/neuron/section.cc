#include "worker/simulate/neuron/section.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {
namespace {

double Centre(int segment, int count) { return (segment + 0.5) / count; }

Node* NodeOf(Section* section, int segment) {
  return node_exact(section, Centre(segment, section->nnode - 1));
}

/// The node of a section that is certain to carry all density mechanisms.
Node* AnyNode(Section* section) { return section->pnode[0]; }

std::string IonOf(const Memb_func& mechanism) {
  return std::string(absl::StripSuffix(mechanism.sym->name, "_ion"));
}

/// Calls visit(mechanism, prop, type) for each density mechanism and ion.
template <typename Visit>
void ForEachMechanism(Node* node, Visit visit) {
  for (Prop* prop = node->prop; prop != nullptr; prop = prop->next) {
    if (prop->type <= 3 || memb_func[prop->type].is_point) continue;
    visit(memb_func[prop->type], *prop, prop->type);
  }
}

void AppendParameters(const Memb_func& mechanism, const Prop& prop,
                      std::vector<NamedValue>* values) {
  for (unsigned i = 0; i < mechanism.sym->s_varn; ++i) {
    Symbol* variable = mechanism.sym->u.ppsym[i];
    if (variable->arayinfo != nullptr) continue;
    if (nrn_vartype(variable) != nrnocCONST) continue;
    values->emplace_back(variable->name, prop.param[variable->u.rng.index]);
  }
}

/// The reversal potential is the first value of an ion.
void AppendReversal(const Memb_func& ion, const Prop& prop,
                    std::vector<NamedValue>* values) {
  values->emplace_back(absl::StrCat("e", IonOf(ion)), prop.param[0]);
}

double Capacitance(Node* node) {
  constexpr int kCapacitance = 3;
  for (Prop* prop = node->prop; prop != nullptr; prop = prop->next) {
    if (prop->type == kCapacitance) return prop->param[0];
  }
  return 0;
}

Segment ReadSegment(Section* section, int i) {
  Node* node = NodeOf(section, i);
  Segment segment;
  segment.x = Centre(i, section->nnode - 1);
  segment.area = node->_area;
  segment.ri = node->_rinv != 0 ? 1.0 / node->_rinv : 1e30;
  segment.diam = nrn_diameter(node);
  segment.cm = Capacitance(node);
  return segment;
}

}  // namespace

std::string SectionName(SectionHandle section) {
  const absl::string_view name = secname(section.section);
  const std::size_t dot = name.rfind('.');
  return std::string(dot == absl::string_view::npos ? name
                                                    : name.substr(dot + 1));
}

double Length(SectionHandle section) { return section_length(section.section); }

int SegmentCount(SectionHandle section) { return section.section->nnode - 1; }

double AxialResistivity(SectionHandle section) {
  return nrn_ra(section.section);
}

double MiddleDiameter(SectionHandle section) {
  return nrn_diameter(node_exact(section.section, 0.5));
}

double MiddleCapacitance(SectionHandle section) {
  return Capacitance(node_exact(section.section, 0.5));
}

absl::Status SetSegmentCount(SectionHandle section, int count) {
  return Guarded("cutting a section into segments",
                 [&] { nrn_change_nseg(section.section, count); });
}

SectionHandle Parent(SectionHandle section) {
  return {section.section->parentsec};
}

double ParentPosition(SectionHandle section) {
  return nrn_connection_position(section.section);
}

double Orientation(SectionHandle section) {
  return nrn_section_orientation(section.section);
}

std::vector<SectionHandle> Children(SectionHandle section) {
  std::vector<SectionHandle> children;
  for (Section* child = section.section->child; child != nullptr;
       child = child->sibling) {
    children.push_back({child});
  }
  return children;
}

std::vector<ShapePoint> ShapePoints(SectionHandle section) {
  std::vector<ShapePoint> points;
  points.reserve(section.section->npt3d);
  for (int i = 0; i < section.section->npt3d; ++i) {
    const Pt3d& p = section.section->pt3d[i];
    points.push_back({p.x, p.y, p.z, p.d, p.arc});
  }
  return points;
}

absl::StatusOr<std::vector<Segment>> Segments(SectionHandle section) {
  std::vector<Segment> segments(SegmentCount(section));
  MIV_RETURN_IF_ERROR(Guarded("reading a section", [&] {
    verify_structure();
    if (section.section->recalc_area_) nrn_area_ri(section.section);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      segments[i] = ReadSegment(section.section, static_cast<int>(i));
    }
  }));
  return segments;
}

MembraneNames MembraneOf(SectionHandle section) {
  MembraneNames names;
  ForEachMechanism(AnyNode(section.section),
                   [&](const Memb_func& mechanism, const Prop&, int type) {
                     if (nrn_is_ion(type)) {
                       names.ions.push_back(IonOf(mechanism));
                     } else {
                       names.mechanisms.push_back(mechanism.sym->name);
                     }
                   });
  std::sort(names.mechanisms.begin(), names.mechanisms.end());
  std::sort(names.ions.begin(), names.ions.end());
  return names;
}

std::vector<NamedValue> MembraneParameters(SectionHandle section, int segment) {
  std::vector<NamedValue> values;
  ForEachMechanism(NodeOf(section.section, segment),
                   [&](const Memb_func& mechanism, const Prop& prop, int type) {
                     if (nrn_is_ion(type)) {
                       AppendReversal(mechanism, prop, &values);
                     } else {
                       AppendParameters(mechanism, prop, &values);
                     }
                   });
  std::sort(values.begin(), values.end());
  return values;
}

absl::StatusOr<const double*> RangePointer(SectionHandle section,
                                           const std::string& variable,
                                           double x) {
  Symbol* symbol = hoc_lookup(variable.c_str());
  if (symbol == nullptr || symbol->type != hoc_lookup("diam")->type) {
    return absl::NotFoundError(
        absl::StrCat("no mechanism has a range variable ", variable));
  }
  const double* pointer = nullptr;
  MIV_RETURN_IF_ERROR(Guarded(
      absl::StrCat("reading ", variable, " of ", secname(section.section)),
      [&] { pointer = nrn_rangepointer(section.section, symbol, x); }));
  return pointer;
}

absl::StatusOr<std::string> RangeUnit(const std::string& variable) {
  Symbol* symbol = hoc_lookup(variable.c_str());
  if (symbol == nullptr || symbol->type != hoc_lookup("diam")->type) {
    return absl::NotFoundError(
        absl::StrCat("no mechanism has a range variable ", variable));
  }
  const char* unit = hoc_symbol_units(symbol, nullptr);
  return std::string(unit == nullptr ? "" : unit);
}

}  // namespace miv::simulate::neuron
