#pragma once

// The canonical order of edges.

#include "common/neuroh5/projection.h"

namespace miv::neuroh5 {

/// Sorts the edges of each destination by source, ascending; edges of one
/// source keep their order.  Attributes are permuted alongside.
void SortBySource(Edges* edges);

}  // namespace miv::neuroh5
