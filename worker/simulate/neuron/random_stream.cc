#include "worker/simulate/neuron/random_stream.h"

#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {

absl::StatusOr<std::vector<double>> UniformStream(Engine&, std::int64_t seed,
                                                  std::size_t count) {
  std::vector<double> values(count);
  MIV_RETURN_IF_ERROR(Guarded("drawing random numbers", [&] {
    hoc_pushx(static_cast<double>(seed));
    Object* random = hoc_newobj1(hoc_lookup("Random"), 1);
    const auto method = [&](const char* name) {
      return hoc_table_lookup(name, random->ctemplate->symtable);
    };
    hoc_pushx(0);
    hoc_pushx(1);
    hoc_call_ob_proc(random, method("uniform"), 2);
    // `uniform` draws once itself; `repick` draws the ones that count.
    hoc_xpop();
    for (double& value : values) {
      hoc_call_ob_proc(random, method("repick"), 0);
      value = hoc_xpop();
    }
    hoc_obj_unref(random);
  }));
  return values;
}

}  // namespace miv::simulate::neuron
