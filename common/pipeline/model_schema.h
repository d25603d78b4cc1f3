#pragma once

// Shapes that several kinds share: what a network is made of.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {

/// soma, axon, basal, apical, trunk, tuft, ais, hillock: SWC types 1..8.
const std::vector<std::string>& SectionClasses();
/// excitatory, inhibitory, modulatory.
const std::vector<std::string>& SynapseTypes();

/// Tables used when a config gives none: {"STIM": 0, "PYR": 100, ...} and
/// {"Hilus": 0, ..., "SLM": 9, "default": -1}.
const nlohmann::json& DefaultPopulationDefinitions();
const nlohmann::json& DefaultLayerDefinitions();
/// {"AMPA": "LinExp2Syn", ...}: point process of each synapse name.
const nlohmann::json& DefaultSynapseMechanisms();
/// By point process {"mech_params": [names], "netcon_params": {name: slot}}.
const nlohmann::json& DefaultSynapseRules();

/// Whether entries must be whole, or may be parts that change others.
enum class Completeness { kWhole, kPart };

Schema CellDistributions();      ///< population -> layer -> cells
Schema LayerExtents();           ///< layer -> [[u, v, l], [u, v, l]], um
Schema CellConstraints();        ///< population -> layer -> [lo, hi], um
Schema PopulationDefinitions();  ///< population -> uint16
Schema LayerDefinitions();       ///< layer -> int8
Schema AxonExtents();            ///< source -> layer -> {width, offset}, um
Schema CellTypes(Completeness completeness);
/// `mechanisms` is checked by NormaliseMechanisms.
Schema Synapses(Completeness completeness);

/// Checks every `mechanisms` of a `synapses` mapping and brings it into one
/// form: {"default" or SWC type as a decimal string: {synapse name: {parameter:
/// number or expression}}}.  Accepts the bare {synapse name: ...}, which
/// becomes "default", and section classes by name.
/// Errors: InvalidArgument with a path below `path`.
absl::Status NormaliseMechanisms(const std::string& path,
                                 nlohmann::json& synapses);

/// Checks a cell type's `mechanism` where its keys have a fixed meaning
/// ("spike detector").
absl::Status CheckCellMechanisms(const std::string& path,
                                 nlohmann::json& cell_types);

}  // namespace miv::pipeline
