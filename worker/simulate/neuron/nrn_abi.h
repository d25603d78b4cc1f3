#pragma once

// The only place that includes NEURON's headers, with the declarations that
// Debian's neuron-dev 8.2.2 does not ship, and without the macros that would
// rewrite other code.  Included from .cc files of this directory only.

// clang-format off
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <hocdec.h>
#include <section.h>
#include <hoclist.h>
#include <membfunc.h>
#include <nrn_ansi.h>
// clang-format on

#undef CAP
#undef DEP
#undef IGNORE
#undef ITEM
#undef ITERATE
#undef LIST
#undef OBJ
#undef Printf
#undef STATE
#undef STOP
#undef STR
#undef SYM
#undef SYMBOL
#undef execerror
#undef gargstr
#undef getarg
#undef net_event
#undef net_move
#undef net_send
#undef nlayer
#undef pc
#undef spop
#undef xpop

class NetCon;
class OcJumpImpl;

/// Runs a function so that hoc_execerror inside it returns here.
class OcJump {
 public:
  OcJump();
  virtual ~OcJump();
  bool execute(Inst* p);
  bool execute(const char* statement, Object* ob = nullptr);
  void* fpycall(void* (*f)(void*, void*), void* a, void* b);

 private:
  OcJumpImpl* impl_;
};

// Start and process-wide switches.
int ivocmain_session(int argc, const char** argv, const char** env, int start);
extern "C" void nrnmpi_init(int under_mpi, int* argc, char*** argv);
extern "C" void nrnpy_set_pr_etal(int (*print)(int, char*), int (*pass)());
extern "C" Point_process* ob2pntproc(Object* ob);
extern int nrn_main_launch;
extern int nrn_nobanner_;
extern int nrn_noauto_dlopen_nrnmech;
extern int nrn_is_python_extension;
extern int nrnmpi_numprocs;
extern int nrnmpi_myid;

// Model structure.
Object* hoc_newobj1(Symbol* sym, int narg);
Object* hoc_new_object(Symbol* sym, void* instance);
hoc_Item* hoc_l_newlist();
int hoc_stack_type();
void nrn_change_nseg(Section* section, int nseg);
void verify_structure();
extern int tree_changed;
extern int diam_changed;
extern int structure_change_cnt;

// Mechanism tables, by mechanism type.
extern short* pnt_receive_size;
extern void (**pnt_receive)(Point_process*, double*, double);
extern short* nrn_is_artificial_;
extern int n_memb_func;
extern void (**pnt_receive_init)(Point_process*, double*, double);

// Connections.
int nrn_netcon_weight(NetCon* connection, double** weights);
int nrn_netcon_info(NetCon* connection, double** weights,
                    Point_process** target, double** threshold, double** delay);
void nrn_netcon_set_delay(NetCon* connection, double delay);
double nrn_netcon_get_delay(NetCon* connection);
void nrn_netcon_set_thresh(NetCon* connection, double threshold);

// Integration.
void nrn_finitialize(int set_v, double v);
extern int (*nrn_nonvint_block)(int method, int length, double* pd1,
                                double* pd2, int tid);

// What NEURON calls for hoc objects of class PythonObject.
extern Symbol* nrnpy_pyobj_sym_;
extern void (*nrnpy_py2n_component)(Object*, Symbol*, int, int);
extern void (*nrnpy_hpoasgn)(Object*, int);
extern IvocVect* (*nrnpy_vec_from_python_p_)(void*);
extern int (*nrnpy_hoccommand_exec)(Object*);
extern int (*nrnpy_hoccommand_exec_strret)(Object*, char*, int);
extern double (*nrnpy_func_call)(Object*, int, int*);
extern Object* (*nrnpy_callable_with_args)(Object*, int);
extern char* (*nrnpy_po2pickle)(Object*, std::size_t*);
extern double (*nrnpy_praxis_efun)(Object*, Object*);
extern int (*nrnpy_pysame)(Object*, Object*);
