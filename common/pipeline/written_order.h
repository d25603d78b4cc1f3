#pragma once

// Where the order of a YAML mapping has a meaning.

#include "common/config/source_map.h"
#include "common/pipeline/pipeline.h"

namespace miv::pipeline {

/// Mappings of a config have no order.  Where the order in which an author
/// wrote one has a meaning, writes it into a field of its own, which other
/// clients give themselves:
///
///   distribute_synapses with density_semantics "last_layer":
///     cell_types.P.synapses.last_layers {section class: {synapse type: layer}}
///
///   network: the same in its Cell Types, if its options ask for last_layer,
///     and projections {post: [pre, ...]} as in Connection Generator.Synapses
///
/// Entries that are given stay.  Nothing is checked here.
void RecordWrittenOrder(const config::SourceMap& sources, PipelineSpec& spec);

}  // namespace miv::pipeline
