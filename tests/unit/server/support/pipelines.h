#pragma once

// Small pipelines that resolve.

#include <map>
#include <string>
#include <vector>

#include "common/pipeline/pipeline.h"
#include "server/artifacts/artifact_store.h"
#include "server/jobs/plan.h"

namespace miv::server {

/// h5_types -> network_architecture -> measure_distances, called "types",
/// "network" and "distances"; core steps without files.
pipeline::PipelineSpec CorePipeline();

/// CorePipeline and a forest and synapses of PYR ("forest", "synapses"), which
/// read morphology/PYR.swc, ./templates and ./mechanisms.
pipeline::PipelineSpec ModelPipeline();

/// Puts the files that ModelPipeline names into the store: one SWC file, one
/// template and one mechanism whose text is `salt`.
std::vector<UploadedFile> UploadModel(ArtifactStore& artifacts,
                                      const std::string& salt = "x");

/// Puts a directory of these texts, by relative path, into the store.
UploadedFile UploadDirectory(ArtifactStore& artifacts, const std::string& path,
                             const std::map<std::string, std::string>& texts);

/// The plan of a pipeline that resolves.
JobPlan PlanOf(const pipeline::PipelineSpec& spec,
               const std::vector<UploadedFile>& files = {});

}  // namespace miv::server
