#pragma once

// The tables behind kinds.h, one per kind.

#include <string>
#include <vector>

#include "common/pipeline/kinds.h"

namespace miv::pipeline {

KindInfo H5TypesKind();
KindInfo NetworkArchitectureKind();
KindInfo MeasureDistancesKind();
KindInfo GenerateSynapseForestKind();
KindInfo DistributeSynapsesKind();
KindInfo GenerateConnectionsKind();
KindInfo Neuroh5GraphKind();
KindInfo GapJunctionsKind();
KindInfo InputSpikesKind();
KindInfo ImportKind();
KindInfo ScriptKind();
KindInfo SimulationKind();
KindInfo VerifyKind();

/// A kind's record of fields: its own, the resources that every step may have
/// (ranks, nodes), `seed`, and the I/O sizes named.
Schema KindConfig(const std::string& kind, std::vector<Field> fields,
                  const std::vector<std::string>& io_sizes = {});

}  // namespace miv::pipeline
