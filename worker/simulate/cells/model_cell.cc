#include "worker/simulate/cells/model_cell.h"

#include <cmath>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate {
namespace {

using neuron::SectionHandle;

/// Members of a class: the list, or the bare name if there is no list.
std::vector<SectionHandle> ClassMembers(const neuron::Cell& cell,
                                        const char* name) {
  std::vector<SectionHandle> members =
      cell.Sections(absl::StrCat(name, "_list"));
  if (members.empty()) members = cell.Sections(name);
  return members;
}

using IndexOf = std::unordered_map<Section*, int>;

void AddSections(const std::vector<SectionHandle>& members, IndexOf* index,
                 std::vector<SectionHandle>* sections) {
  for (const SectionHandle section : members) {
    const int next = static_cast<int>(sections->size());
    if (index->emplace(section.section, next).second) {
      sections->push_back(section);
    }
  }
}

/// The sections of the cell and their numbers.
IndexOf CollectSections(const neuron::Cell& cell,
                        std::vector<SectionHandle>* sections) {
  IndexOf index;
  AddSections(cell.Sections("sections"), &index, sections);
  if (!sections->empty()) return index;
  for (const SectionClass& known : kSectionClasses) {
    AddSections(ClassMembers(cell, known.name), &index, sections);
  }
  AddSections(cell.Sections("dend"), &index, sections);
  return index;
}

Cable CableOf(SectionHandle section) {
  Cable cable;
  cable.length_um = neuron::Length(section);
  cable.diam_um = neuron::MiddleDiameter(section);
  cable.ra_ohm_cm = neuron::AxialResistivity(section);
  cable.cm_uf_per_cm2 = neuron::MiddleCapacitance(section);
  for (const neuron::ShapePoint& point : neuron::ShapePoints(section)) {
    cable.points.push_back({point.arc, std::abs(point.diam)});
  }
  return cable;
}

absl::Status CutSections(const std::vector<SectionHandle>& sections,
                         const SegmentRule& rule) {
  for (const SectionHandle section : sections) {
    const int count = SegmentsFor(
        ElectrotonicLength(CableOf(section), rule.frequency_hz), rule.d_lambda);
    MIV_RETURN_IF_ERROR(neuron::SetSegmentCount(section, count));
  }
  return absl::OkStatus();
}

void ReadTree(const IndexOf& index, ModelCell* model) {
  model->tree.resize(model->sections.size());
  for (std::size_t i = 0; i < model->sections.size(); ++i) {
    const SectionHandle section = model->sections[i];
    TreeSection& node = model->tree[i];
    node.length_um = neuron::Length(section);
    node.nseg = neuron::SegmentCount(section);
    const auto parent = index.find(neuron::Parent(section).section);
    if (parent != index.end()) node.parent = parent->second;
    for (const SectionHandle child : neuron::Children(section)) {
      const auto found = index.find(child.section);
      if (found != index.end()) node.children.push_back(found->second);
    }
  }
}

/// Types the sections and returns the first soma section, -1 if there is none.
int TypeSections(const IndexOf& index, ModelCell* model) {
  int root = -1;
  for (const SectionClass& known : kSectionClasses) {
    for (const SectionHandle section : ClassMembers(*model->cell, known.name)) {
      const auto found = index.find(section.section);
      if (found == index.end()) continue;
      model->tree[found->second].swc_type = known.swc_type;
      if (root < 0 && known.swc_type == 1) root = found->second;
    }
  }
  return root;
}

absl::Status NoSoma(const ModelCell& model, const CellType& type) {
  Fault fault;
  fault.reason = "TEMPLATE";
  fault.gid = model.gid;
  fault.what =
      absl::StrCat("template ", type.template_name, " gives the cell no soma");
  fault.expected = "a SectionList soma_list or a section soma with sections";
  fault.remedy =
      "Make `sections` and `soma_list` public members of the template.";
  return InvalidInput(fault);
}

}  // namespace

std::vector<int> ModelCell::OfClass(std::uint8_t swc_type) const {
  std::vector<int> found;
  for (const int i : order) {
    if (tree[i].swc_type == swc_type) found.push_back(i);
  }
  return found;
}

absl::StatusOr<std::unique_ptr<ModelCell>> MakeModelCell(
    std::unique_ptr<neuron::Cell> cell, const CellType& type,
    const SegmentRule* rule) {
  auto model = std::make_unique<ModelCell>();
  model->gid = cell->gid();
  MIV_ASSIGN_OR_RETURN(model->artificial, cell->IsArtificial());
  model->cell = std::move(cell);
  if (model->artificial) return model;
  const IndexOf index = CollectSections(*model->cell, &model->sections);
  if (rule != nullptr) {
    MIV_RETURN_IF_ERROR(CutSections(model->sections, *rule));
  }
  ReadTree(index, model.get());
  const int root = TypeSections(index, model.get());
  if (root < 0) return NoSoma(*model, type);
  model->order = VisitOrder(model->tree, root);
  const DetectorConfig* config = type.detector ? &*type.detector : nullptr;
  absl::StatusOr<DetectorPlace> place =
      FindDetector(model->tree, model->order, config);
  if (!place.ok()) {
    Fault context;
    context.gid = model->gid;
    return WithContext(place.status(), context);
  }
  model->detector = *place;
  if (config == nullptr && type.reduced && type.reduced->v_threshold) {
    model->detector->threshold_mv = *type.reduced->v_threshold;
  }
  return model;
}

std::vector<CoarseSection> CoarseSections(const ModelCell& cell, double limit) {
  constexpr double kFrequencyHz = 100;
  std::vector<CoarseSection> coarse;
  for (std::size_t i = 0; i < cell.sections.size(); ++i) {
    const double length =
        ElectrotonicLength(CableOf(cell.sections[i]), kFrequencyHz) /
        cell.tree[i].nseg;
    if (length > limit)
      coarse.push_back({length, cell.gid, static_cast<int>(i)});
  }
  return coarse;
}

}  // namespace miv::simulate
