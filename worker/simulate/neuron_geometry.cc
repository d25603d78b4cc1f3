#include "worker/simulate/neuron_geometry.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/simulate/cells/model_cell.h"
#include "worker/simulate/cells/template_arguments.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate {
namespace {

absl::Status DoesNotFit(const neuroh5::Tree& tree, std::string what,
                        std::size_t expected, std::size_t found) {
  Fault fault;
  fault.reason = "TEMPLATE_GEOMETRY";
  fault.gid = tree.gid;
  fault.what = std::move(what);
  fault.expected = absl::StrCat(expected);
  fault.found = absl::StrCat(found);
  fault.remedy =
      "The template must make `sections` of exactly the sections and points "
      "that it is given.";
  return InvalidInput(fault);
}

absl::StatusOr<build::SectionGeometry> ReadSection(const ModelCell& cell,
                                                   const neuroh5::Tree& tree,
                                                   std::size_t index) {
  const std::vector<std::uint16_t>& ids = tree.sections[index];
  const auto points = neuron::ShapePoints(cell.sections[index]);
  if (points.size() != ids.size()) {
    return DoesNotFit(tree,
                      absl::StrCat("section ", index,
                                   " has another number of points after the "
                                   "template ran"),
                      ids.size(), points.size());
  }
  const TreeSection& node = cell.tree[index];
  build::SectionGeometry section;
  section.swc_type = node.swc_type != 0
                         ? node.swc_type
                         : static_cast<std::uint8_t>(tree.swc_type[ids.back()]);
  section.length_um = node.length_um;
  section.nseg = node.nseg;
  const double length = points.back().arc;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double arc = length > 0 ? points[i].arc / length : 0;
    section.arc.push_back(std::clamp(arc, 0.0, 1.0));
    section.layer.push_back(tree.layer[ids[i]]);
    section.x.push_back(points[i].x);
    section.y.push_back(points[i].y);
    section.z.push_back(points[i].z);
  }
  return section;
}

std::vector<build::SectionEdge> EdgesOf(const neuroh5::Tree& tree) {
  std::vector<build::SectionEdge> edges;
  for (std::size_t e = 0; e < tree.src.size(); ++e) {
    edges.push_back({tree.src[e], tree.dst[e]});
  }
  std::stable_sort(
      edges.begin(), edges.end(),
      [](const build::SectionEdge& a, const build::SectionEdge& b) {
        return a.parent < b.parent;
      });
  return edges;
}

}  // namespace

absl::StatusOr<build::CellGeometry> GeometryOfCell(const ModelCell& cell,
                                                   const neuroh5::Tree& tree) {
  if (cell.sections.size() != tree.sections.size()) {
    return DoesNotFit(tree, "the cell has another number of sections",
                      tree.sections.size(), cell.sections.size());
  }
  build::CellGeometry geometry;
  for (std::size_t i = 0; i < tree.sections.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(geometry.sections.emplace_back(),
                         ReadSection(cell, tree, i));
  }
  geometry.edges = EdgesOf(tree);
  MIV_RETURN_IF_ERROR(build::ValidateCellGeometry(geometry));
  return geometry;
}

absl::StatusOr<build::CellGeometry> NeuronGeometryProvider::GeometryOf(
    const std::string& population, const std::string& template_name,
    const neuroh5::Tree& tree) {
  const std::string file = absl::StrCat(template_name, ".hoc");
  MIV_ASSIGN_OR_RETURN(const neuron::Template cell_template,
                       neuron::LoadTemplate(engine_, template_name,
                                            JoinPath(templates_.path, file),
                                            JoinPath(templates_.label, file)));
  MIV_ASSIGN_OR_RETURN(const TemplateArguments arguments, ArgumentsOf(tree));
  MIV_ASSIGN_OR_RETURN(
      std::unique_ptr<neuron::Cell> cell,
      neuron::Instantiate(engine_, cell_template, tree.gid, arguments));
  CellType type;
  type.population = population;
  type.template_name = template_name;
  MIV_ASSIGN_OR_RETURN(const std::unique_ptr<ModelCell> model,
                       MakeModelCell(std::move(cell), type));
  return GeometryOfCell(*model, tree);
}

}  // namespace miv::simulate
