// The kind that checks a network.

#include "common/pipeline/kind_tables.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {

KindInfo VerifyKind() {
  return {.name = "verify",
          .outputs = {"verify.json"},
          .inputs = {{.role = "cells",
                      .field = "cells",
                      .from_kinds = {"neuroh5_graph"},
                      .output = "cells.h5"},
                     {.role = "connections",
                      .field = "connections",
                      .from_kinds = {"neuroh5_graph"},
                      .output = "connections.h5"}},
          .config = KindConfig("verify", {Optional("cells", File()),
                                          Optional("connections", File()),
                                          // Derived; see DeriveVerify.
                                          Optional("expectations", Any())})};
}

}  // namespace miv::pipeline
