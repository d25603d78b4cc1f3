// Verbs that move files, and those that choose steps of a pipeline.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "tests/unit/client/cli/program_fixture.h"
#include "tests/unit/client/pipeline_files.h"

namespace miv::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DataVerbsTest : public ProgramTest {
 protected:
  std::string FreshDirectory(const std::string& name) {
    const std::string path = JoinPath(::testing::TempDir(), name);
    EXPECT_TRUE(RemoveTree(path).ok());
    EXPECT_TRUE(MakeDirectories(path).ok());
    return path;
  }
  std::vector<std::string> SubmittedSteps() {
    std::vector<std::string> steps;
    for (const auto& step : server_.jobs.submissions.back().pipeline().steps())
      steps.push_back(step.name());
    return steps;
  }
};

TEST_F(DataVerbsTest, PushedFilesComeBackByTheirDigest) {
  const std::string directory = FreshDirectory("verbs_push");
  WriteFile(directory + "/mod/sub/a.mod", "NEURON {}");
  WriteFile(directory + "/cells.h5", "cells");
  EXPECT_EQ(Miv({"push", directory + "/cells.h5", directory + "/mod"}), 0);
  EXPECT_THAT(out_, HasSubstr(DigestOf("cells") + "  " + directory));
  EXPECT_TRUE(server_.artifacts.held.contains(DigestOf("NEURON {}")));
  EXPECT_EQ(Miv({"push", directory + "/mod", "--json"}), 0);
  const std::string digest = OutJson()[0]["digest"];
  EXPECT_TRUE(server_.artifacts.held.at(digest).directory);
  EXPECT_EQ(Miv({"pull", digest, "-o", directory + "/back"}), 0);
  EXPECT_EQ(*ReadFile(directory + "/back/sub/a.mod"), "NEURON {}");
  EXPECT_EQ(Miv({"pull", digest, "-o", directory + "/back"}), 0);
  EXPECT_THAT(out_, HasSubstr("(was there)"));
  EXPECT_EQ(Miv({"pull", DigestOf("cells"), "-o", directory + "/c.h5"}), 0);
  EXPECT_EQ(*ReadFile(directory + "/c.h5"), "cells");
}

TEST_F(DataVerbsTest, PullRefusesWhatIsNoDigestOrNotThere) {
  EXPECT_EQ(Miv({"pull", "md5:1", "-o", "x"}), 2);
  EXPECT_EQ(Miv({"pull", DigestOf("unknown"), "-o", "x"}), 2);
  EXPECT_EQ(Miv({"push", "/no/such/file"}), 2);
}

constexpr char kSimulation[] = R"(  run:
    kind: simulation
    uses: [other]
    config: {cells: cells.h5, connections: connections.h5, templates: hoc,
             mechanisms: mod, t_end: 1}
  other: {kind: measure_distances, uses: [network]}
)";

TEST_F(DataVerbsTest, BuildLeavesSimulationsOut) {
  const auto path =
      WritePipeline("verbs_build", absl::StrCat(kPipelineText, kSimulation));
  EXPECT_EQ(Miv({"build", path, "--detach"}), 0) << err_;
  EXPECT_THAT(SubmittedSteps(),
              ElementsAre("types", "network", "distances", "forest", "other"));
  EXPECT_EQ(Miv({"build", path, "--detach", "--step", "distances"}), 0);
  EXPECT_THAT(SubmittedSteps(), ElementsAre("types", "network", "distances"));
  EXPECT_EQ(Miv({"build", path, "--detach", "--step", "distance"}), 2);
  EXPECT_THAT(err_, HasSubstr("distances"));
}

TEST_F(DataVerbsTest, SimulateWithoutASimulationIsAMistake) {
  EXPECT_EQ(Miv({"simulate", WritePipeline("verbs_none"), "--detach"}), 2);
  EXPECT_THAT(err_, HasSubstr("no step of this sort"));
}

TEST_F(DataVerbsTest, LoginRemembersServerAndToken) {
  const std::string home = FreshDirectory("verbs_login");
  WriteFile(home + "/token", "s3cret\n");
  home_ = home;
  server_name_.clear();
  EXPECT_EQ(Miv({"jobs"}), 2);  // no server is known yet
  EXPECT_EQ(Miv({"login", server_.address(), "--token-file", home + "/token"}),
            0)
      << err_;
  struct stat info {};
  const std::string file = home + "/.config/miv/config.yaml";
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(Miv({"job", "j1"}), 0);
  EXPECT_EQ(server_.jobs.last_authorization, "Bearer s3cret");
}

}  // namespace
}  // namespace miv::client
