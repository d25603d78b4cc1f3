#pragma once

// The kind "network": a declarative MiV YAML that stands for the steps that
// build what it describes.

#include "absl/strings/string_view.h"
#include "common/pipeline/kinds.h"

namespace miv::pipeline {

/// Its fields.  It never runs and is none of AllKinds(): see expand_network.h.
///
/// The sections of `config` have the shapes of the fields that they become:
///   Definitions {Populations, Layers}
///   Geometry {Cell Distribution, Cell Constraints,
///             Parametric Surface {Layer Extents, Rotation, Origin}}
///   Connection Generator {Axon Extent, Synapses}
///   Cell Types
/// Source: MiV-Simulator f279b9c, interface/network.py and config.py.
const KindInfo& NetworkKind();

/// Whether a step's kind, as written, is this one.
bool IsNetworkKind(absl::string_view kind);

}  // namespace miv::pipeline
