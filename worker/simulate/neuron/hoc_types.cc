#include "worker/simulate/neuron/hoc_types.h"

#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {
namespace {

HocTypeTable& Table() {
  static HocTypeTable table;
  return table;
}

}  // namespace

void FindHocTypes() {
  hoc_oc(
      "begintemplate MivTypes_\npublic s, o, p\ncreate s\nobjref o\n"
      "proc p() {}\nendtemplate MivTypes_\n");
  Symlist* members = hoc_lookup("MivTypes_")->u.ctemplate->symtable;
  Table().section = hoc_table_lookup("s", members)->type;
  Table().object_variable = hoc_table_lookup("o", members)->type;
  Table().procedure = hoc_table_lookup("p", members)->type;
}

const HocTypeTable& HocTypes() { return Table(); }

}  // namespace miv::simulate::neuron
