#include "client/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "tests/unit/client/pipeline_files.h"

namespace miv::client {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(LoadSubmission, CarriesThePipelineAndTheDigestsOfItsFiles) {
  const auto path = WritePipeline("submission_plain");
  const auto submission = LoadSubmission(path, {});
  ASSERT_TRUE(submission.ok()) << submission.status();
  EXPECT_EQ(submission->wire.name(), "small");
  EXPECT_EQ(submission->wire.seed(), 3);
  EXPECT_EQ(submission->wire.steps_size(), 4);
  ASSERT_EQ(submission->wire.files_size(), 1);
  const auto& file = submission->wire.files(0);
  const std::string swc =
      *ReadFile(path.substr(0, path.rfind('/')) + "/swc/PYR.swc");
  EXPECT_EQ(file.path(), "swc/PYR.swc");
  EXPECT_EQ(file.digest(), DigestOf(swc));
  EXPECT_EQ(file.size(), static_cast<std::int64_t>(swc.size()));
  EXPECT_FALSE(file.directory());
  ASSERT_THAT(submission->blobs, SizeIs(1));
  EXPECT_EQ(submission->blobs[0].digest, DigestOf(swc));
}

TEST(LoadSubmission, UploadsDirectoriesAsManifestsWithTheirMembers) {
  const auto path = WritePipeline(
      "submission_directory",
      absl::StrReplaceAll(kPipelineText, {{"swc/PYR.swc}",
                                           "swc/PYR.swc}\n"
                                           "  synapses:\n"
                                           "    kind: distribute_synapses\n"
                                           "    uses: [forest]\n"
                                           "    config:\n"
                                           "      population: PYR\n"
                                           "      templates: hoc\n"
                                           "      mechanisms: mod\n"
                                           "      cell_types:\n"
                                           "        PYR:\n"
                                           "          template: Cell\n"
                                           "          synapses:\n"
                                           "            density:\n"
                                           "              basal:\n"
                                           "                excitatory:\n"
                                           "                  default: "
                                           "{mean: 1, variance: 0.1}"}}));
  const std::string directory = path.substr(0, path.rfind('/'));
  WriteFile(directory + "/hoc/Cell.hoc", "begintemplate Cell\n");
  WriteFile(directory + "/mod/a.mod", "NEURON {}\n");
  const auto submission = LoadSubmission(path, {});
  ASSERT_TRUE(submission.ok()) << submission.status();
  int directories = 0;
  for (const auto& file : submission->wire.files())
    if (file.directory()) {
      ++directories;
      EXPECT_TRUE(file.path() == "hoc" || file.path() == "mod") << file.path();
    }
  EXPECT_EQ(directories, 2);
  // PYR.swc, Cell.hoc and a.mod, with two manifests.
  EXPECT_THAT(submission->blobs, SizeIs(5));
}

TEST(LoadSubmission, AppliesOverrides) {
  const auto submission = LoadSubmission(
      WritePipeline("submission_overrides"),
      {.sets = {"name=renamed", "steps.distances.ranks=7"}, .seed = 11});
  ASSERT_TRUE(submission.ok()) << submission.status();
  EXPECT_EQ(submission->wire.name(), "renamed");
  EXPECT_EQ(submission->wire.seed(), 11);
  EXPECT_EQ(submission->wire.steps(2).ranks(), 7);
  const auto ranks =
      LoadSubmission(WritePipeline("submission_ranks"), {.ranks = 3});
  for (const auto& step : ranks->wire.steps()) EXPECT_EQ(step.ranks(), 3);
}

constexpr char kDeclarative[] =
    MIV_SOURCE_DIR "/examples/microcircuit/pipeline_declarative.yaml";

TEST(LoadSubmission, SendsTheContentOfANetworksFile) {
  const auto submission = LoadSubmission(kDeclarative, {});
  ASSERT_TRUE(submission.ok()) << submission.status();
  ASSERT_EQ(submission->wire.steps_size(), 2);
  EXPECT_EQ(submission->wire.steps(0).kind(), "network");
  EXPECT_THAT(submission->wire.steps(0).config_json(), HasSubstr("Geometry"));
  EXPECT_THAT(submission->resolved.steps, SizeIs(14));
}

TEST(LoadSubmission, TakesAStepOfANetworkByName) {
  const auto submission =
      LoadSubmission(kDeclarative, {.steps = {"network_forest_OLM"}});
  ASSERT_TRUE(submission.ok()) << submission.status();
  std::vector<std::string> names;
  for (const auto& step : submission->wire.steps())
    names.push_back(step.name());
  EXPECT_THAT(names, ElementsAre("network_h5_types", "network_architecture",
                                 "network_distances", "network_forest_OLM"));
  const auto fault = FaultOf(
      LoadSubmission(kDeclarative, {.steps = {"network_forest_OLN"}}).status());
  EXPECT_EQ(fault->reason, "UNKNOWN_STEP");
  EXPECT_THAT(fault->remedy, HasSubstr("network_forest_OLM"));
}

TEST(LoadSubmission, PlacesAMistakeOfTheConfigAtItsLine) {
  const auto path =
      WritePipeline("submission_mistake",
                    absl::StrReplaceAll(kPipelineText, {{"population: PYR, m",
                                                         "population: "
                                                         "PRY, m"}}));
  const auto fault = FaultOf(LoadSubmission(path, {}).status());
  ASSERT_TRUE(fault.has_value());
  EXPECT_THAT(fault->file, EndsWith("pipeline.yaml"));
  EXPECT_EQ(fault->line, 23);
  EXPECT_EQ(fault->field, "steps.forest.config.population");
}

TEST(LoadSubmission, PlacesAMissingFileAtItsLineAndSuggestsANearOne) {
  const auto path = WritePipeline(
      "submission_missing",
      absl::StrReplaceAll(kPipelineText, {{"swc/PYR", "swc/PIR"}}));
  const auto status = LoadSubmission(path, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto fault = FaultOf(status);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, "FILE_NOT_FOUND");
  EXPECT_EQ(fault->line, 23);
  EXPECT_THAT(fault->remedy, HasSubstr("PYR.swc"));
}

TEST(LoadSubmission, RefusesADirectoryWhereAFileIsWanted) {
  const auto path = WritePipeline(
      "submission_kind",
      absl::StrReplaceAll(kPipelineText, {{"swc/PYR.swc", "swc"}}));
  EXPECT_EQ(FaultOf(LoadSubmission(path, {}).status())->reason, "NOT_A_FILE");
}

TEST(LoadSubmission, TakesADigestForAnArtifactOfTheServer) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const auto submission = LoadSubmission(
      WritePipeline(
          "submission_digest",
          absl::StrReplaceAll(kPipelineText, {{"swc/PYR.swc", digest}})),
      {});
  ASSERT_TRUE(submission.ok()) << submission.status();
  EXPECT_THAT(submission->blobs, SizeIs(0));
  EXPECT_EQ(submission->wire.files(0).digest(), digest);
}

TEST(LoadSubmission, FailsWithoutTheFile) {
  EXPECT_EQ(LoadSubmission("/nowhere/p.yaml", {}).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace miv::client
