#pragma once

// Every name of the neuroh5 layout, in one place.

namespace miv::neuroh5 {

// Top level.
inline constexpr char kTypesGroup[] = "H5Types";
inline constexpr char kPopulationsGroup[] = "Populations";
inline constexpr char kProjectionsGroup[] = "Projections";

// Under /H5Types.
inline constexpr char kPopulationLabels[] = "Population labels";
inline constexpr char kPopulationRange[] = "Population range";
inline constexpr char kPopulations[] = "Populations";
inline constexpr char kPopulationProjections[] = "Population projections";
inline constexpr char kValidProjections[] = "Valid population projections";
inline constexpr char kStart[] = "Start";
inline constexpr char kCount[] = "Count";
inline constexpr char kPopulation[] = "Population";
inline constexpr char kSource[] = "Source";
inline constexpr char kDestination[] = "Destination";

// Under /Populations/<population>/<namespace>/<attribute>.
inline constexpr char kCellIndex[] = "Cell Index";
inline constexpr char kAttributePointer[] = "Attribute Pointer";
inline constexpr char kAttributeValue[] = "Attribute Value";

// Under /Populations/<population>/Trees.
inline constexpr char kTrees[] = "Trees";
inline constexpr char kXCoordinate[] = "X Coordinate";
inline constexpr char kYCoordinate[] = "Y Coordinate";
inline constexpr char kZCoordinate[] = "Z Coordinate";
inline constexpr char kRadius[] = "Radius";
inline constexpr char kPointLayer[] = "Point Layer";
inline constexpr char kSwcType[] = "SWC Type";
inline constexpr char kParentPoint[] = "Parent Point";
inline constexpr char kSection[] = "Section";
inline constexpr char kSourceSection[] = "Source Section";
inline constexpr char kDestinationSection[] = "Destination Section";
inline constexpr char kSectionPointer[] = "Section Pointer";

// Under /Projections/<destination>/<source>.
inline constexpr char kEdges[] = "Edges";
inline constexpr char kDestinationBlockIndex[] = "Destination Block Index";
inline constexpr char kDestinationBlockPointer[] = "Destination Block Pointer";
inline constexpr char kDestinationPointer[] = "Destination Pointer";
inline constexpr char kSourceIndex[] = "Source Index";

// Namespaces and attributes that MiV uses.
inline constexpr char kGeneratedCoordinates[] = "Generated Coordinates";
inline constexpr char kUCoordinate[] = "U Coordinate";
inline constexpr char kVCoordinate[] = "V Coordinate";
inline constexpr char kLCoordinate[] = "L Coordinate";
inline constexpr char kArcDistances[] = "Arc Distances";
inline constexpr char kUDistance[] = "U Distance";
inline constexpr char kVDistance[] = "V Distance";
inline constexpr char kReferenceUMin[] = "Reference U Min";
inline constexpr char kReferenceUMax[] = "Reference U Max";
inline constexpr char kReferenceVMin[] = "Reference V Min";
inline constexpr char kReferenceVMax[] = "Reference V Max";
inline constexpr char kSynapseAttributes[] = "Synapse Attributes";
inline constexpr char kSynIds[] = "syn_ids";
inline constexpr char kSynLocs[] = "syn_locs";
inline constexpr char kSynCdists[] = "syn_cdists";
inline constexpr char kSynSecs[] = "syn_secs";
inline constexpr char kSynLayers[] = "syn_layers";
inline constexpr char kSynTypes[] = "syn_types";
inline constexpr char kSwcTypes[] = "swc_types";
inline constexpr char kSynapses[] = "Synapses";
inline constexpr char kSynId[] = "syn_id";
inline constexpr char kConnections[] = "Connections";
inline constexpr char kDistance[] = "distance";
// Gap junctions, as edge attributes.
inline constexpr char kLocation[] = "Location";
inline constexpr char kGapSourceSection[] = "Source section";
inline constexpr char kGapSourcePosition[] = "Source position";
inline constexpr char kGapDestinationSection[] = "Destination section";
inline constexpr char kGapDestinationPosition[] = "Destination position";
inline constexpr char kCouplingStrength[] = "Coupling strength";
inline constexpr char kTrialIndex[] = "Trial Index";
inline constexpr char kTrialDuration[] = "Trial Duration";
inline constexpr char kSpikeEvents[] = "Spike Events";

}  // namespace miv::neuroh5
