#pragma once

// Private to this directory: the parts of NEURON 8.2's event queue that its
// headers leave out.  Layouts are those of Debian's libnrniv 8.2.2 (compiled
// with DISCRETE_EVENT_OBSERVER), as its code accesses them; a wrong one shows
// in tests/neuron/checkpoint_test.py.

#include "worker/simulate/neuron/nrn_abi.h"

class NetCvode;
class TQItem;
class ivObservable;

class ivObserver {
 protected:
  ivObserver();

 public:
  virtual ~ivObserver();
  virtual void update(ivObservable*);
  virtual void disconnect(ivObservable*);
};

/// What the queue holds.
class DiscreteEvent : public ivObserver {
 public:
  DiscreteEvent();
  virtual ~DiscreteEvent();
  virtual void send(double t, NetCvode*, NrnThread*);
  virtual void deliver(double t, NetCvode*, NrnThread*);
  virtual void pr(const char*, double t, NetCvode*);
  virtual void disconnect(ivObservable*);
  virtual int pgvts_op(int&);
  virtual void pgvts_deliver(double t, NetCvode*);
  virtual NrnThread* thread();
  virtual int type();
  virtual DiscreteEvent* savestate_save();
  virtual void savestate_restore(double t, NetCvode*);
  virtual void savestate_write(FILE*);
  virtual void frecord_init(TQItem*);
};

namespace miv::simulate::neuron {

// DiscreteEvent::type().
constexpr int kNetConEvent = 2;
constexpr int kSelfEvent = 3;
constexpr int kPreSynEvent = 4;
constexpr int kExchangeEvent = 7;  ///< of spikes between ranks

/// The fields of TQItem after its virtual table.
struct QueueItemLayout {
  void* table;
  DiscreteEvent* event;
  double t_ms;
};

struct SelfEventLayout {
  void* table;
  double flag;
  Point_process* target;
  double* weights;  ///< of the NetCon whose event sent it; may be null
  void** movable;   ///< slot of the target that points to the queue item
};

struct NetConLayout {
  void* table;
  double delay_ms;
  DiscreteEvent* source;  ///< PreSyn
  Point_process* target;
  double* weights;
};

/// The threshold detector of a PreSyn.
struct DetectorLayout {
  void* table;
  double value_before;
  double time_before;
  double reset_below;
  void* crossing;
  bool above;
};

}  // namespace miv::simulate::neuron

class TQueue {
 public:
  void forall_callback(void (*visit)(const TQItem*, int));
  void remove(TQItem* item);
};
TQueue* net_cvode_instance_event_queue(NrnThread* thread);
void nrn_netcon_event(NetCon* connection, double t);
class PreSyn;
PreSyn* nrn_gid2outputpresyn(int gid);
extern "C" {
void clear_event_queue();
void nrn_net_send(void** movable, double* weights, Point_process* target,
                  double t, double flag);
void artcell_net_send(void** movable, double* weights, Point_process* target,
                      double t, double flag);
extern cTemplate** nrn_pnt_template_;
}
