#pragma once

#include "worker/simulate/cells/model_cell.h"
#include "worker/simulate/synapses/reduced_sections.h"

namespace miv::simulate {

/// What the template of a reduced cell offers: its sections soma and dend, and
/// its lists <class>_<layer>_list for the layers of the default table (Hilus,
/// GCL, IML, MML, OML, SO, SP, SL, SR, SLM).
ReducedLayout ReducedLayoutOf(const ModelCell& cell);

}  // namespace miv::simulate
