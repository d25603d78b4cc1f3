#include "worker/simulate/neuron/network.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {
namespace {

Symbol* MethodOf(Object* object, const char* name) {
  return hoc_table_lookup(name, object->ctemplate->symtable);
}

NetCon* NetConOf(Object* object) {
  return static_cast<NetCon*>(object->u.this_pointer);
}

/// Creates a point process at x of a section; reference count 1.
Object* NewPointProcess(Symbol* symbol, SectionHandle section, double x) {
  nrn_pushsec(section.section);
  hoc_pushx(x);
  Object* object = hoc_newobj1(symbol, 1);
  nrn_popsec();
  return object;
}

/// Calls a method that returns nothing useful with the arguments pushed.
void CallMethod(Object* object, Symbol* method, int count) {
  hoc_call_ob_proc(object, method, count);
  hoc_xpop();
}

void Register(Object* context, std::uint32_t gid, Object* source) {
  hoc_pushx(gid);
  hoc_pushx(nrnmpi_myid);
  CallMethod(context, MethodOf(context, "set_gid2node"), 2);
  hoc_pushx(gid);
  hoc_push_object(source);
  hoc_pushx(1);
  CallMethod(context, MethodOf(context, "cell"), 3);
  hoc_pushx(gid);
  CallMethod(context, MethodOf(context, "outputcell"), 1);
}

/// NetCon from gid to a point process; reference count 1.
Object* ConnectGid(Object* context, Symbol* method, std::uint32_t gid,
                   Object* target) {
  hoc_pushx(gid);
  hoc_push_object(target);
  hoc_call_ob_proc(context, method, 2);
  Object** slot = hoc_objpop();
  Object* connection = *slot;
  hoc_obj_ref(connection);
  hoc_tobj_unref(slot);
  return connection;
}

void Configure(NetCon* connection, Object* target, const ConnectionPlan& plan) {
  nrn_netcon_set_delay(connection, plan.delay_ms);
  Write({target}, {connection}, plan.parameters, plan.weights);
}

Object* NewVector(absl::Span<const double> values) {
  hoc_pushx(static_cast<double>(values.size()));
  Object* vector = hoc_newobj1(hoc_lookup("Vector"), 1);
  std::copy(values.begin(), values.end(),
            vector_vec(static_cast<IvocVect*>(vector->u.this_pointer)));
  return vector;
}

IvocVect* VectorOf(Object* object) {
  return static_cast<IvocVect*>(object->u.this_pointer);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Network>> Network::Create(Engine& engine) {
  std::unique_ptr<Network> network(new Network(engine));
  MIV_RETURN_IF_ERROR(Guarded("starting the network", [&] {
    network->context_ = hoc_newobj1(hoc_lookup("ParallelContext"), 0);
    CallMethod(network->context_, MethodOf(network->context_, "gid_clear"), 0);
    network->spike_times_ = NewVector({});
    network->spike_gids_ = NewVector({});
  }));
  return network;
}

absl::Status Network::AddCell(const Cell& cell, const SpikeDetector& detector) {
  return Guarded(absl::StrCat("registering gid ", cell.gid()), [&] {
    nrn_pushsec(detector.section.section);
    hoc_pushpx(nrn_rangepointer(detector.section.section, hoc_lookup("v"),
                                detector.x));
    hoc_push_object(nullptr);
    Object* source = hoc_newobj1(hoc_lookup("NetCon"), 2);
    nrn_popsec();
    nrn_netcon_set_thresh(NetConOf(source), detector.threshold_mv);
    nrn_netcon_set_delay(NetConOf(source), detector.delay_ms);
    Register(context_, cell.gid(), source);
    // The connection object stays: it is the cell's spike source.
  });
}

absl::Status Network::AddArtificialCell(const Cell& cell) {
  return Guarded(absl::StrCat("registering gid ", cell.gid()), [&] {
    hoc_push_object(cell.object());
    hoc_push_object(nullptr);
    Object* source = hoc_newobj1(hoc_lookup("NetCon"), 2);
    Register(context_, cell.gid(), source);
    hoc_obj_unref(source);
  });
}

absl::Status Network::RecordSpikes() {
  return Guarded("recording spikes", [&] {
    hoc_pushx(-1);
    hoc_push_object(spike_times_);
    hoc_push_object(spike_gids_);
    CallMethod(context_, MethodOf(context_, "spike_record"), 3);
  });
}

void Network::TakeSpikes(std::vector<Spike>* spikes) {
  IvocVect* times = VectorOf(spike_times_);
  IvocVect* gids = VectorOf(spike_gids_);
  const int count = vector_capacity(times);
  for (int i = 0; i < count; ++i) {
    spikes->push_back({vector_vec(times)[i],
                       static_cast<std::uint32_t>(vector_vec(gids)[i])});
  }
  vector_resize(times, 0);
  vector_resize(gids, 0);
}

absl::Status Network::Connect(
    absl::Span<const PointProcessPlan> point_processes,
    absl::Span<const ConnectionPlan> connections,
    std::vector<PointProcessHandle>* made_point_processes,
    std::vector<ConnectionHandle>* made_connections) {
  const std::size_t first = made_point_processes->size();
  made_point_processes->reserve(first + point_processes.size());
  made_connections->reserve(made_connections->size() + connections.size());
  return Guarded("connecting synapses", [&] {
    Symbol* method = MethodOf(context_, "gid_connect");
    for (const PointProcessPlan& plan : point_processes) {
      made_point_processes->push_back(
          {NewPointProcess(plan.type->symbol, plan.section, plan.x)});
    }
    for (const ConnectionPlan& plan : connections) {
      Object* target =
          (*made_point_processes)[first + plan.point_process].object;
      Object* made = ConnectGid(context_, method, plan.source_gid, target);
      Configure(NetConOf(made), target, plan);
      made_connections->push_back({NetConOf(made)});
      connections_.emplace_back(made_connections->back(), plan.source_gid);
      NoteWeights(ob2pntproc(target)->prop->type, plan.weights);
    }
  });
}

void Network::NoteWeights(int type, absl::Span<const IndexedValue> weights) {
  // Most connections share the list of the one before.
  if (type == noted_type_ && weights.data() == noted_.data()) return;
  noted_type_ = type;
  noted_ = weights;
  for (const IndexedValue& weight : weights) {
    built_weights_.emplace(type, weight.first);
  }
}

absl::Status Network::Play(const Cell& cell, absl::Span<const double> times) {
  Symbol* method = MethodOf(cell.object(), "play");
  if (method == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        cell.name(), " cannot play spike times: it has no play()"));
  }
  playing_.insert(cell.gid());
  return Guarded(absl::StrCat("playing spikes of gid ", cell.gid()), [&] {
    Object* vector = NewVector(times);
    hoc_push_object(vector);
    CallMethod(cell.object(), method, 1);
    hoc_obj_unref(vector);  // play() keeps its own reference
  });
}

absl::Status Network::AddCurrentClamp(SectionHandle section, double x,
                                      double delay_ms, double duration_ms,
                                      double amp_na) {
  MIV_ASSIGN_OR_RETURN(const PointProcessType type,
                       FindPointProcess(engine_, "IClamp"));
  return Guarded("adding a current clamp", [&] {
    Object* clamp = NewPointProcess(type.symbol, section, x);
    double* parameters = ob2pntproc(clamp)->prop->param;
    parameters[type.parameters.at("del")] = delay_ms;
    parameters[type.parameters.at("dur")] = duration_ms;
    parameters[type.parameters.at("amp")] = amp_na;
  });
}

absl::Status Network::AddVoltageClamp(SectionHandle section, double x,
                                      absl::Span<const double> levels_mv,
                                      absl::Span<const double> durations_ms,
                                      double rs_megohm) {
  MIV_ASSIGN_OR_RETURN(const PointProcessType type,
                       FindPointProcess(engine_, "SEClamp"));
  return Guarded("adding a voltage clamp", [&] {
    Object* clamp = NewPointProcess(type.symbol, section, x);
    double* parameters = ob2pntproc(clamp)->prop->param;
    parameters[type.parameters.at("rs")] = rs_megohm;
    for (std::size_t i = 0; i < levels_mv.size(); ++i) {
      parameters[type.parameters.at(absl::StrCat("dur", i + 1))] =
          durations_ms[i];
      parameters[type.parameters.at(absl::StrCat("amp", i + 1))] = levels_mv[i];
    }
  });
}

void Write(PointProcessHandle point_process, ConnectionHandle connection,
           absl::Span<const IndexedValue> parameters,
           absl::Span<const IndexedValue> weights) {
  double* slots = nullptr;
  nrn_netcon_weight(connection.connection, &slots);
  for (const auto& [slot, value] : weights) slots[slot] = value;
  double* values = ob2pntproc(point_process.object)->prop->param;
  for (const auto& [index, value] : parameters) values[index] = value;
}

double WeightOf(ConnectionHandle connection, int slot) {
  double* weights = nullptr;
  const int count = nrn_netcon_weight(connection.connection, &weights);
  return slot < count ? weights[slot] : 0.0;
}

double DelayOf(ConnectionHandle connection) {
  return nrn_netcon_get_delay(connection.connection);
}

double ParameterOf(PointProcessHandle point_process, int index) {
  return ob2pntproc(point_process.object)->prop->param[index];
}

std::pair<SectionHandle, double> PlaceOf(PointProcessHandle point_process) {
  const Point_process* process = ob2pntproc(point_process.object);
  return {SectionHandle{process->sec},
          nrn_arc_position(process->sec, process->node)};
}

}  // namespace miv::simulate::neuron
