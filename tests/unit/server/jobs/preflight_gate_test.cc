#include "server/jobs/preflight_gate.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using nlohmann::json;
using testing::IsEmpty;
using testing::SizeIs;

// Answers as it is told, and writes the library that it is asked for.
class CompilingRunner final : public PreflightRunner {
 public:
  absl::StatusOr<json> Run(const PreflightRequest& request) override {
    absl::MutexLock lock(&mutex_);
    requests.push_back(request);
    if (!answer.ok()) return answer;
    json result = *answer;
    if (!result.is_object()) return result;
    const json& spec = request.spec;
    if (spec.contains("mechanisms") &&
        spec["mechanisms"].contains("library_out")) {
      const std::string path = spec["mechanisms"]["library_out"];
      EXPECT_TRUE(MakeDirectories(request.directory + "/work").ok());
      EXPECT_TRUE(WriteFileAtomically(path, "compiled").ok());
      result["library"] = path;
    }
    return result;
  }

  absl::Mutex mutex_;
  absl::StatusOr<json> answer = json{{"ok", true}};
  std::vector<PreflightRequest> requests;
};

class PreflightGateTest : public ServerTest {
 protected:
  PreflightGateTest() : gate_(Gate("worker 1")) {}

  std::unique_ptr<PreflightGate> Gate(const std::string& worker) {
    return std::make_unique<PreflightGate>(*store_, *artifacts_, runner_,
                                           clock_, directory_ / "preflight",
                                           worker);
  }

  JobPlan Model(const std::string& salt = "x") {
    return PlanOf(ModelPipeline(), UploadModel(*artifacts_, salt));
  }

  // So that no library is compiled.
  JobPlan WithoutMechanisms() {
    pipeline::PipelineSpec spec = ModelPipeline();
    spec.mechanisms_path = "";
    return PlanOf(spec, UploadModel(*artifacts_, "x"));
  }

  CompilingRunner runner_;
  std::unique_ptr<PreflightGate> gate_;
};

TEST_F(PreflightGateTest, AsksNothingAboutAPipelineWithoutFiles) {
  EXPECT_TRUE(gate_->Check(PlanOf(CorePipeline())).ok());
  EXPECT_THAT(runner_.requests, IsEmpty());
}

TEST_F(PreflightGateTest, ChecksEverythingInOneProcess) {
  ASSERT_TRUE(gate_->Check(Model()).ok());
  ASSERT_THAT(runner_.requests, SizeIs(1));
  const PreflightRequest& request = runner_.requests[0];
  const std::string inputs = request.directory + "/inputs/";
  EXPECT_TRUE(request.user_code);
  EXPECT_EQ(request.spec["mechanisms"],
            (json{{"directory", inputs + "mechanisms"},
                  {"label", "./mechanisms"},
                  {"library_out", request.directory + "/work/libnrnmech.so"}}));
  EXPECT_EQ(
      request.spec["templates"],
      (json{{"directory", inputs + "templates"}, {"label", "./templates"}}));
  json cells = request.spec["cells"];
  EXPECT_EQ(cells[0]["id"].get<std::string>().substr(0, 7), "sha256:");
  cells[0].erase("id");
  EXPECT_EQ(cells, (json{{{"population", "PYR"},
                          {"layering", json::object()},
                          {"template", "Pyramidal"},
                          {"morphology", inputs + "morphologies/0.swc"},
                          {"label", "morphology/PYR.swc"}}}));
  EXPECT_EQ(request.spec["morphologies"],
            (json{{{"path", inputs + "morphologies/0.swc"},
                   {"label", "morphology/PYR.swc"}}}));
}

TEST_F(PreflightGateTest, LeavesNoFolderBehind) {
  ASSERT_TRUE(gate_->Check(Model()).ok());
  EXPECT_FALSE(std::filesystem::exists(runner_.requests[0].directory));
}

TEST_F(PreflightGateTest, ChecksTheSameInputsOnce) {
  ASSERT_TRUE(gate_->Check(Model()).ok());
  ASSERT_TRUE(gate_->Check(Model()).ok());
  EXPECT_THAT(runner_.requests, SizeIs(1));
}

TEST_F(PreflightGateTest, ChecksAgainWithAnotherWorker) {
  ASSERT_TRUE(gate_->Check(Model()).ok());
  ASSERT_TRUE(Gate("worker 2")->Check(Model()).ok());
  EXPECT_THAT(runner_.requests, SizeIs(2));
}

TEST_F(PreflightGateTest, ChecksAgainWhenAMechanismChanged) {
  ASSERT_TRUE(gate_->Check(Model("a")).ok());
  ASSERT_TRUE(gate_->Check(Model("b")).ok());
  EXPECT_THAT(runner_.requests, SizeIs(2));
}

TEST_F(PreflightGateTest, PassesOnTheFaultOfTheCheck) {
  Fault fault;
  fault.reason = "MECHANISM_ERROR";
  fault.file = "./mechanisms/a.mod";
  fault.line = 3;
  fault.what = "syntax error";
  runner_.answer =
      json{{"ok", false}, {"fault", json::parse(FaultToJson(fault))}};
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = gate_->Check(Model()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(FaultOf(status)->reason, "MECHANISM_ERROR");
    EXPECT_EQ(FaultOf(status)->line, 3);
  }
  EXPECT_THAT(runner_.requests, SizeIs(1)) << "the verdict is remembered";
}

TEST_F(PreflightGateTest, TrustsNothingOfAHostileResult) {
  for (const json& answer : {json(nullptr), json::array(), json{{"ok", "true"}},
                             json{{"ok", 1}, {"fault", 7}}}) {
    runner_.answer = answer;
    EXPECT_FALSE(gate_->Check(Model(answer.dump())).ok()) << answer;
  }
}

// An answer that gives every cell the lengths.
class MeasuringRunner final : public PreflightRunner {
 public:
  explicit MeasuringRunner(json lengths) : lengths_(std::move(lengths)) {}
  absl::StatusOr<json> Run(const PreflightRequest& request) override {
    ++runs;
    json cells = json::array();
    for (const json& cell : request.spec["cells"])
      cells.push_back(
          {{"id", cell["id"]}, {"lengths", lengths_}, {"segments", 9}});
    return json{{"ok", true}, {"summary", {{"cells", cells}}}};
  }
  int runs = 0;

 private:
  const json lengths_;
};

TEST_F(PreflightGateTest, HoldsTheDensitiesAgainstTheTreesItRemembers) {
  MeasuringRunner runner(json{{"apical", {{"-1", 300}}}});
  PreflightGate gate(*store_, *artifacts_, runner, clock_,
                     directory_ / "preflight", "worker 1");
  const JobPlan plan = WithoutMechanisms();
  for (int i = 0; i < 2; ++i) {
    const auto status = gate.Check(plan).status();
    ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(FaultOf(status)->reason, "NO_SYNAPSES");
    EXPECT_EQ(FaultOf(status)->file, "morphology/PYR.swc");
    EXPECT_EQ(FaultOf(status)->step, "synapses");
    EXPECT_EQ(runner.runs, 1) << "the lengths are remembered";
  }
}

TEST_F(PreflightGateTest, AcceptsDensitiesThatFitTheTrees) {
  MeasuringRunner runner(json{{"apical", {{"6", 300}}}});
  PreflightGate gate(*store_, *artifacts_, runner, clock_,
                     directory_ / "preflight", "worker 1");
  const JobPlan plan = WithoutMechanisms();
  const auto findings = gate.Check(plan);
  ASSERT_TRUE(findings.ok()) << findings.status();
  EXPECT_THAT(findings->warnings, IsEmpty());
  const auto again = gate.Check(plan);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(runner.runs, 1);
  EXPECT_EQ(again->shapes.at("PYR").segments, 9) << "it is remembered";
  EXPECT_EQ(again->shapes.at("PYR").lengths.at("apical").at(6), 300);
}

TEST_F(PreflightGateTest, RefusesLengthsThatAreNone) {
  MeasuringRunner runner(json{{"apical", {{"6", "long"}}}});
  PreflightGate gate(*store_, *artifacts_, runner, clock_,
                     directory_ / "preflight", "worker 1");
  const JobPlan plan = WithoutMechanisms();
  EXPECT_EQ(gate.Check(plan).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PreflightGateTest, DoesNotRememberAFailureOfTheRunner) {
  runner_.answer = absl::DeadlineExceededError("too slow");
  EXPECT_EQ(gate_->Check(Model()).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  runner_.answer = json{{"ok", true}};
  EXPECT_TRUE(gate_->Check(Model()).ok());
}

TEST_F(PreflightGateTest, TellsTheRunnerWhetherSomebodyStillWaits) {
  bool gone = false;
  ASSERT_TRUE(gate_->Check(Model(), [&gone] { return gone; }).ok());
  ASSERT_THAT(runner_.requests, SizeIs(1));
  EXPECT_FALSE(runner_.requests[0].gone());
  gone = true;
  EXPECT_TRUE(runner_.requests[0].gone());
}

TEST_F(PreflightGateTest, KeepsTheCompiledLibraryAsAnArtifact) {
  const JobPlan plan = Model();
  ASSERT_TRUE(gate_->Check(plan).ok());
  const auto library = gate_->LibraryFor(plan.files.at("./mechanisms").digest);
  ASSERT_TRUE(library.ok()) << library.status();
  EXPECT_EQ(artifacts_->Read(*library, 0, 100).value(), "compiled");
  EXPECT_THAT(runner_.requests, SizeIs(1));
}

TEST_F(PreflightGateTest, CompilesOnceForTemplatesThatDiffer) {
  ASSERT_TRUE(gate_->Check(Model()).ok());
  JobPlan plan = Model();
  const auto other = artifacts_->PublishBytes("2 1 0 0 0 5 -1\n");
  plan.files.at("morphology/PYR.swc").digest = other->digest;
  ASSERT_TRUE(gate_->Check(plan).ok());
  ASSERT_THAT(runner_.requests, SizeIs(2));
  EXPECT_TRUE(runner_.requests[1].spec["mechanisms"].contains("library"));
}

TEST_F(PreflightGateTest, CompilesAgainIfTheLibraryIsGone) {
  const JobPlan plan = Model();
  ASSERT_TRUE(gate_->Check(plan).ok());
  const std::string mechanisms = plan.files.at("./mechanisms").digest;
  ASSERT_TRUE(artifacts_->Remove(*gate_->LibraryFor(mechanisms)).ok());
  EXPECT_TRUE(gate_->LibraryFor(mechanisms).ok());
  EXPECT_THAT(runner_.requests, SizeIs(2));
  EXPECT_TRUE(runner_.requests[1].spec["cells"].empty());
}

TEST_F(PreflightGateTest, TwoSubmissionsAtOnceShareTheCheck) {
  const JobPlan plan = Model();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(gate_->Check(plan).ok()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(runner_.requests, SizeIs(1));
}

}  // namespace
}  // namespace miv::server
