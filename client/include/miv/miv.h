#pragma once

// The public names of the C++ library: `#include <miv/miv.h>` after
// find_package(Miv), target Miv::miv.  docs/cpp.md.

#include "client/artifact_files.h"
#include "client/callbacks.h"
#include "client/client.h"
#include "client/components/build.h"
#include "client/components/other.h"
#include "client/components/pipeline.h"
#include "client/components/simulation.h"
#include "client/endpoint.h"
#include "client/results/results.h"
#include "common/base/fault.h"

namespace miv {

// The server.
using client::Client;
using client::ConnectionOptions;
using client::Dispatch;
using client::Endpoint;
using client::EventCallbacks;
using client::FetchedFile;
using client::FetchOptions;
using client::FindEndpoint;
using client::JobFilter;
using client::LoadSubmission;
using client::Overrides;
using client::QueryFromEnvironment;
using client::Submission;
using client::SubmitOptions;
using client::TransferProgress;
using client::WatchOptions;

// Pipelines.
using client::File;
using client::FromYaml;
using client::Json;
using client::ModelDirectories;
using client::Pipeline;
using client::Step;
using client::StepOptions;

// Components.
using client::DistributeSynapses;
using client::GapJunctions;
using client::GenerateConnections;
using client::GenerateSynapseForest;
using client::H5Types;
using client::Import;
using client::InputSpikes;
using client::MeasureDistances;
using client::Network;
using client::NetworkArchitecture;
using client::Neuroh5Graph;
using client::Script;
using client::Simulation;
using client::Verify;

// What they hold.
using client::AxonExtent;
using client::AxonExtents;
using client::CellDistributions;
using client::CellPlacement;
using client::CellSynapses;
using client::CellType;
using client::CellTypes;
using client::Clamp;
using client::Densities;
using client::Density;
using client::DensitySemantics;
using client::Directions;
using client::Distribution;
using client::Expression;
using client::Extent;
using client::Gids;
using client::Hook;
using client::InputEntry;
using client::Interpolation;
using client::LayerExtents;
using client::LayerSource;
using client::LfpElectrode;
using client::LfpMode;
using client::Mechanisms;
using client::Modulation;
using client::Morphology;
using client::Parameter;
using client::ParameterScope;
using client::PointProcess;
using client::Projection;
using client::Projections;
using client::RateProfile;
using client::Recording;
using client::SectionClass;
using client::SegmentRule;
using client::SimulationDebug;
using client::SpikeTrain;
using client::SpikeTrainSource;
using client::Stimulus;
using client::SynapseRule;
using client::SynapseType;
using client::SynapseWeights;
using client::TiedEvents;
using client::Trials;

// Results.
using client::FindResults;
using client::ReadElectrodes;
using client::ReadSpikes;
using client::SpikeTrains;

}  // namespace miv
