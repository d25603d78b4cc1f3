#pragma once

// What the steps behind a merged graph say that its network must be.

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "common/pipeline/draft.h"
#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// The part of the configs that a check of the network's files needs:
///   types        {cell_distributions, population_definitions, projections}
///   coordinates  {cell_distributions, layer_extents, rotation,
///                cell_constraints, populations, coordinate_namespace,
///                compat_sampling}
///   distances    {layer_extents, origin}
///   synapses     {P: {density, last_layers, layer_definitions, distribution,
///                density_semantics, point_process}}
///   connections  {P: {projections {pre: {type, sections, layers, proportions,
///                contacts}}, axon_extents, layer_definitions,
///                allow_autapses}}
/// What comes from an imported file is left out: nothing is known of it.
/// graph: a neuroh5_graph whose inputs are bound.
nlohmann::json NetworkExpectations(const ResolvedPipeline& pipeline,
                                   const ResolvedStep& graph);

/// Gives a verify step its `expectations`: those of the graph that its files
/// come from, else of the nearest graph that it uses, else {}.
/// Errors: InvalidArgument DERIVED_FIELD if the config has them already.
absl::Status DeriveVerify(Draft& draft, std::size_t index);

}  // namespace miv::pipeline
