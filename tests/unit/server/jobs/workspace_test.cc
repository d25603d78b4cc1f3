#include "server/jobs/workspace.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/base/files.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

namespace fs = std::filesystem;

class WorkspaceTest : public ServerTest {
 protected:
  WorkspaceTest()
      : plan_(PlanOf(ModelPipeline(), UploadModel(*artifacts_))),
        group_(GroupId::Parse("g0123456789ab").value()) {}

  AttemptId AttemptAt(int index) const {
    return {{JobId::Parse("j0123456789ab").value(), index}, 1};
  }

  // The synapses step, with a forest that was published before.
  AssignmentSource Source(const std::string& library = "") {
    const auto forest = artifacts_->PublishBytes("forest");
    AssignmentSource source{AttemptAt(4), group_, plan_, {}, library};
    source.inputs = {{"forest", forest->digest},
                     {"templates", plan_.files.at("./templates").digest},
                     {"mechanisms", plan_.files.at("./mechanisms").digest}};
    return source;
  }

  static std::string PathOf(const v1::Assignment& assignment,
                            const std::string& role) {
    for (const auto& input : assignment.inputs()) {
      if (input.name() == role) return input.path();
    }
    return "";
  }

  const JobPlan plan_;
  const GroupId group_;
};

TEST_F(WorkspaceTest, GivesANewGroupAPrivateToken) {
  const auto token = workspace_->CreateGroup(group_);
  ASSERT_TRUE(token.ok()) << token.status();
  const std::string path = workspace_->RefOf(group_).directory + "/token";
  EXPECT_EQ(ReadFile(path).value().substr(0, 64), *token);
  struct stat info;
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(WorkspaceTest, PutsInputsWhereTheContractSays) {
  const auto library = artifacts_->PublishBytes("library");
  const auto assignment = workspace_->Prepare(Source(library->digest));
  ASSERT_TRUE(assignment.ok()) << assignment.status();
  const std::string inputs = workspace_->RefOf(group_).directory + "/inputs/";
  EXPECT_EQ(PathOf(*assignment, "forest"),
            inputs + "j0123456789ab-4-1/forest/forest.h5");
  EXPECT_EQ(PathOf(*assignment, "templates"), inputs + "model/templates");
  EXPECT_EQ(PathOf(*assignment, "mechanisms"), inputs + "model/mechanisms");
  EXPECT_EQ(PathOf(*assignment, "mechanism_library"),
            inputs + "model/library/libnrnmech.so");
  EXPECT_EQ(ReadFile(PathOf(*assignment, "forest")).value(), "forest");
  EXPECT_EQ(ReadFile(inputs + "model/templates/Pyramidal.hoc").value(),
            "begintemplate Pyramidal");
  EXPECT_EQ(assignment->output_directory(),
            workspace_->RefOf(group_).directory + "/work/j0123456789ab-4-1");
  EXPECT_TRUE(fs::is_empty(assignment->output_directory()));
}

TEST_F(WorkspaceTest, SaysWhatTheWorkerMustKnow) {
  const auto assignment = workspace_->Prepare(Source());
  ASSERT_TRUE(assignment.ok()) << assignment.status();
  EXPECT_EQ(assignment->id(), "j0123456789ab-4-1");
  EXPECT_EQ(assignment->step(), "synapses");
  EXPECT_EQ(assignment->kind(), "distribute_synapses");
  EXPECT_EQ(assignment->attempt(), 1);
  EXPECT_EQ(nlohmann::json::parse(assignment->config_json()),
            plan_.step(4).config);
  for (const auto& input : assignment->inputs()) {
    if (input.name() == "forest") {
      EXPECT_EQ(input.label(), "forest/forest.h5");
    } else if (input.name() == "templates") {
      EXPECT_EQ(input.label(), "./templates");
    }
  }
}

TEST_F(WorkspaceTest, CanBeRepeatedWhileTheGroupWorks) {
  const auto first = workspace_->Prepare(Source());
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(WriteFileAtomically(first->output_directory() + "/x", "1").ok());
  const auto second = workspace_->Prepare(Source());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(ReadFile(first->output_directory() + "/x").value(), "1");
}

TEST_F(WorkspaceTest, KeepsHostileNamesInside) {
  JobPlan plan = plan_;
  for (auto& step : plan.pipeline.steps) {
    for (auto& input : step.inputs) {
      if (input.role == "morphology") input.path = "../../..";
    }
  }
  AssignmentSource source{AttemptAt(3), group_, plan, {}, ""};
  const auto types = artifacts_->PublishBytes("types");
  source.inputs = {{"types", types->digest},
                   {"morphology", plan_.files.at("morphology/PYR.swc").digest}};
  const auto assignment = workspace_->Prepare(source);
  ASSERT_TRUE(assignment.ok()) << assignment.status();
  const std::string path = PathOf(*assignment, "morphology");
  EXPECT_EQ(fs::path(path).lexically_normal().string(), path);
}

TEST_F(WorkspaceTest, SaysNotFoundForAnArtifactThatIsGone) {
  auto source = Source();
  ASSERT_TRUE(artifacts_->Remove(source.inputs["forest"]).ok());
  EXPECT_EQ(workspace_->Prepare(source).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(WorkspaceTest, RefusesAnOutputDirectoryThatTheGroupMadeALink) {
  const std::string work = workspace_->RefOf(group_).directory + "/work";
  ASSERT_TRUE(MakeDirectories(work).ok());
  const std::string link = work + "/" + AttemptAt(4).text();
  ASSERT_EQ(::symlink("/etc", link.c_str()), 0);
  EXPECT_EQ(workspace_->Prepare(Source()).status().code(),
            absl::StatusCode::kUnavailable);
  ASSERT_TRUE(workspace_->RemoveAttempt(group_, AttemptAt(4)).ok());
  EXPECT_TRUE(fs::exists("/etc/passwd"));
  EXPECT_TRUE(workspace_->Prepare(Source()).ok());
}

TEST_F(WorkspaceTest, RemovesTheFoldersOfOneAttemptOnly) {
  const auto assignment = workspace_->Prepare(Source());
  ASSERT_TRUE(assignment.ok()) << assignment.status();
  ASSERT_TRUE(workspace_->RemoveAttempt(group_, AttemptAt(4)).ok());
  EXPECT_FALSE(fs::exists(assignment->output_directory()));
  EXPECT_FALSE(fs::exists(PathOf(*assignment, "forest")));
  EXPECT_TRUE(fs::exists(PathOf(*assignment, "templates")));
}

TEST_F(WorkspaceTest, LeavesWhatAGroupPrinted) {
  ASSERT_TRUE(workspace_->CreateGroup(group_).ok());
  ASSERT_TRUE(workspace_->Prepare(Source()).ok());
  const std::string folder = workspace_->RefOf(group_).directory;
  ASSERT_TRUE(WriteFileAtomically(folder + "/stderr", "oops").ok());
  ASSERT_TRUE(workspace_->RemoveGroupFiles(group_).ok());
  EXPECT_TRUE(fs::exists(folder + "/stderr"));
  for (const char* name : {"/inputs", "/work", "/token"}) {
    EXPECT_FALSE(fs::exists(folder + name)) << name;
  }
}

TEST_F(WorkspaceTest, SweepsByAgeAndSparesWhatIsKept) {
  const std::string folder = workspace_->RefOf(group_).directory;
  ASSERT_TRUE(workspace_->CreateGroup(group_).ok());
  const absl::Time past = absl::Now() - absl::Hours(1);
  const absl::Time future = absl::Now() + absl::Hours(1);
  ASSERT_TRUE(workspace_->Sweep({group_.text()}, future, future).ok());
  EXPECT_TRUE(fs::exists(folder + "/token"));
  ASSERT_TRUE(workspace_->Sweep({}, past, past).ok());
  EXPECT_TRUE(fs::exists(folder + "/token"));
  ASSERT_TRUE(workspace_->Sweep({}, future, past).ok());
  EXPECT_TRUE(fs::exists(folder));
  EXPECT_FALSE(fs::exists(folder + "/token"));
  ASSERT_TRUE(workspace_->Sweep({}, future, future).ok());
  EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace miv::server
