#include "worker/simulate/neuron/cell_view.h"

#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "worker/simulate/neuron/event_abi.h"

namespace miv::simulate::neuron {
namespace {

absl::Status Extracellular(const CellView& cell) {
  Fault fault;
  fault.reason = "NOT_RESTORABLE";
  fault.gid = cell.gid;
  fault.what = absl::StrCat(hoc_object_name(cell.object),
                            " has the mechanism extracellular, whose state "
                            "cannot be kept");
  fault.remedy = "Leave checkpoint_interval out.";
  return InvalidInput(fault);
}

void AddSection(Section* section, CellView* cell) {
  if (section->parentsec == nullptr) cell->nodes.push_back(section->parentnode);
  for (int i = 0; i < section->nnode; ++i) {
    cell->nodes.push_back(section->pnode[i]);
  }
}

absl::Status AddPointProcesses(CellView* cell) {
  if (cell->artificial()) {
    cell->point_processes.push_back(ob2pntproc(cell->object));
    return absl::OkStatus();
  }
  for (Node* node : cell->nodes) {
    for (Prop* p = node->prop; p != nullptr; p = p->next) {
      if (p->type == EXTRACELL) return Extracellular(*cell);
      if (memb_func[p->type].is_point && !IsElectrode(p)) {
        cell->point_processes.push_back(OwnerOf(p));
      }
    }
  }
  return absl::OkStatus();
}

void AddDetector(CellView* cell) {
  PreSyn* source = nrn_gid2outputpresyn(static_cast<int>(cell->gid));
  if (source == nullptr || cell->artificial()) return;
  cell->above = reinterpret_cast<unsigned char*>(
      &reinterpret_cast<DetectorLayout*>(source)->above);
}

ConnectionView ViewConnection(ConnectionHandle handle, std::uint32_t gid) {
  ConnectionView view;
  view.connection = handle.connection;
  view.source_gid = gid;
  double *threshold = nullptr, *delay = nullptr;
  nrn_netcon_info(handle.connection, &view.weights, &view.target, &threshold,
                  &delay);
  view.slots = nrn_netcon_weight(handle.connection, &view.weights);
  return view;
}

}  // namespace

bool IsElectrode(const Prop* property) {
  const absl::string_view name = memb_func[property->type].sym->name;
  return name == "IClamp" || name == "SEClamp";
}

Point_process* OwnerOf(const Prop* property) {
  return static_cast<Point_process*>(property->dparam[1]._pvoid);
}

absl::StatusOr<std::vector<CellView>> ViewCells(
    absl::Span<const Cell* const> cells, const Network& network) {
  std::vector<CellView> views(cells.size());
  std::unordered_map<const Object*, CellView*> by_object;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    views[i].gid = cells[i]->gid();
    views[i].object = cells[i]->object();
    by_object[cells[i]->object()] = &views[i];
  }
  for (hoc_Item* q = section_list->next; q != section_list; q = q->next) {
    Section* section = q->element.sec;
    const auto cell = by_object.find(nrn_sec2cell(section));
    if (cell != by_object.end()) AddSection(section, cell->second);
  }
  std::unordered_map<const Point_process*, CellView*> by_process;
  for (CellView& cell : views) {
    const absl::Status added = AddPointProcesses(&cell);
    if (!added.ok()) return added;
    AddDetector(&cell);
    for (const Point_process* p : cell.point_processes) by_process[p] = &cell;
  }
  for (const auto& [handle, gid] : network.connections()) {
    const ConnectionView view = ViewConnection(handle, gid);
    const auto cell = by_process.find(view.target);
    if (cell != by_process.end()) cell->second->connections.push_back(view);
  }
  return views;
}

}  // namespace miv::simulate::neuron
