#pragma once

// What a pipeline asks of its trees, once their lengths are known.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/pipeline/resolve.h"
#include "common/pipeline/tree_lengths.h"

namespace miv::pipeline {

/// One of the trees of a population.
struct PopulationTree {
  std::string file;  ///< what messages call it
  TreeLengths lengths;
  double share = 1;  ///< of the population's cells

  bool operator==(const PopulationTree&) const = default;
};

/// By the name of a distribute_synapses step; steps may be absent.
using TreesByStep = std::map<std::string, std::vector<PopulationTree>>;

/// Share of the population's cells that each morphology of a forest has, in the
/// order of its config; {1} if all have the same; equal ones if the number of
/// cells is not known.
std::vector<double> MorphologyShares(const ResolvedPipeline& pipeline,
                                     const ResolvedStep& forest);

/// Holds densities and projections against the trees.
/// Errors (InvalidArgument): NO_SYNAPSES if a tree gets none, for want of
/// layers or otherwise; UNTAKEN_SYNAPSES if a category of synapses that the
/// cells will have belongs to no projection, so that connecting them would
/// fail; UNREACHABLE_PROJECTION if a projection gets no synapse.
/// Warns of categories that may but need not occur, and of rows of projections
/// that get no synapse; for a step without trees, of densities that no
/// projection takes.
absl::Status CheckTrees(const ResolvedPipeline& pipeline,
                        const TreesByStep& trees,
                        std::vector<Warning>& warnings);

}  // namespace miv::pipeline
