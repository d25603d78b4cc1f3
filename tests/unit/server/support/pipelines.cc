#include "tests/unit/server/support/pipelines.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/digest.h"
#include "common/base/directory_manifest.h"

namespace miv::server {
namespace {

using nlohmann::json;

pipeline::StepSpec Step(const std::string& name, const std::string& kind,
                        json config, std::vector<std::string> uses) {
  pipeline::StepSpec step;
  step.name = name;
  step.kind = kind;
  step.config = std::move(config);
  step.uses = std::move(uses);
  return step;
}

json CellDistributions() {
  return {{"STIM", {{"SP", 2}}}, {"PYR", {{"SP", 3}}}};
}

void Put(ArtifactStore& artifacts, const std::string& digest,
         const std::string& bytes, bool directory) {
  auto upload =
      artifacts.BeginUpload({.digest = digest,
                             .size = static_cast<std::int64_t>(bytes.size()),
                             .directory = directory});
  ASSERT_TRUE(upload.ok()) << upload.status();
  ASSERT_TRUE((*upload)->Append(bytes).ok());
  const auto info = (*upload)->Commit();
  ASSERT_TRUE(info.ok()) << info.status();
}

}  // namespace

pipeline::PipelineSpec CorePipeline() {
  pipeline::PipelineSpec spec;
  spec.name = "core";
  spec.steps = {
      Step("types", "h5_types",
           {{"cell_distributions", CellDistributions()},
            {"projections", {{"PYR", {"STIM"}}}}},
           {}),
      Step("network", "network_architecture",
           {{"layer_extents", {{"SP", {{0, 0, 0}, {100, 100, 50}}}}}},
           {"types"}),
      Step("distances", "measure_distances", json::object(), {"network"})};
  return spec;
}

pipeline::PipelineSpec ModelPipeline() {
  pipeline::PipelineSpec spec = CorePipeline();
  spec.name = "model";
  spec.templates_path = "./templates";
  spec.mechanisms_path = "./mechanisms";
  const json densities = {
      {"apical", {{"excitatory", {{"SP", {{"mean", 1}, {"variance", 0}}}}}}}};
  spec.steps.push_back(
      Step("forest", "generate_synapse_forest",
           {{"population", "PYR"}, {"morphology", "morphology/PYR.swc"}},
           {"network", "distances"}));
  spec.steps.push_back(Step("synapses", "distribute_synapses",
                            {{"population", "PYR"},
                             {"cell_types",
                              {{"PYR",
                                {{"template", "Pyramidal"},
                                 {"synapses", {{"density", densities}}}}}}}},
                            {"network", "forest"}));
  return spec;
}

std::vector<UploadedFile> UploadModel(ArtifactStore& artifacts,
                                      const std::string& salt) {
  const auto swc = artifacts.PublishBytes("1 1 0 0 0 5 -1\n");
  EXPECT_TRUE(swc.ok()) << swc.status();
  return {{"morphology/PYR.swc", swc->digest, swc->size, false},
          UploadDirectory(artifacts, "./templates",
                          {{"Pyramidal.hoc", "begintemplate Pyramidal"}}),
          UploadDirectory(artifacts, "./mechanisms", {{"a.mod", salt}})};
}

UploadedFile UploadDirectory(ArtifactStore& artifacts, const std::string& path,
                             const std::map<std::string, std::string>& texts) {
  std::vector<ManifestEntry> entries;
  for (const auto& [name, text] : texts) {
    const auto member = artifacts.PublishBytes(text);
    EXPECT_TRUE(member.ok()) << member.status();
    entries.push_back(
        {.path = name, .digest = member->digest, .size = member->size});
  }
  const std::string manifest = FormatDirectoryManifest(std::move(entries));
  const std::string digest = DigestOf(manifest);
  Put(artifacts, digest, manifest, /*directory=*/true);
  return {path, digest, static_cast<std::int64_t>(manifest.size()), true};
}

JobPlan PlanOf(const pipeline::PipelineSpec& spec,
               const std::vector<UploadedFile>& files) {
  JobPlan plan;
  auto resolved = pipeline::Resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  if (!resolved.ok()) return plan;
  plan.pipeline = *std::move(resolved);
  for (const UploadedFile& file : files) plan.files.emplace(file.path, file);
  return plan;
}

}  // namespace miv::server
