#include "client/cli/json_forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/error_text.h"
#include "client/cli/exit_code.h"
#include "client/cli/names.h"
#include "tests/unit/client/cli/event_maker.h"

namespace miv::client {
namespace {

using nlohmann::json;

v1::Job OneTaskJob() {
  v1::Job job;
  job.set_id("j1");
  job.set_name("circuit");
  job.set_state(v1::JOB_STATE_RUNNING);
  auto* task = job.add_tasks();
  task->set_step("graph");
  task->set_kind("neuroh5_graph");
  task->set_state(v1::TASK_STATE_SUCCEEDED);
  task->set_attempts(1);
  task->set_duration_s(1.5);
  auto* output = task->add_outputs();
  output->set_name("cells.h5");
  output->set_digest("sha256:00");
  output->set_size(123);
  return job;
}

TEST(JobJson, IsTheDocumentedForm) {
  EXPECT_EQ(JobJson(OneTaskJob()), json::parse(R"({
    "id": "j1", "name": "circuit", "state": "RUNNING",
    "tasks": [{"step": "graph", "kind": "neuroh5_graph", "state": "SUCCEEDED",
               "cached": false, "attempts": 1, "duration_s": 1.5,
               "outputs": {"cells.h5": {"digest": "sha256:00", "size": 123}}}]
  })"));
}

TEST(JobJson, AddsWhatIsKnownBesides) {
  v1::Job job = OneTaskJob();
  job.mutable_created()->set_seconds(1'700'000'000);
  auto* task = job.mutable_tasks(0);
  task->set_ranks(2);
  task->set_group("g1");
  task->set_group_pid(77);
  task->set_report_json(R"({"cells":[3,4]})");
  task->mutable_error()->set_reason("LOST");
  task->mutable_error()->set_rank(-1);
  task->mutable_error()->set_gid(5);
  task->mutable_error()->set_simulated_ms(-1);
  const json form = JobJson(job);
  EXPECT_EQ(form["created"], "2023-11-14T22:13:20Z");
  const json& one = form["tasks"][0];
  EXPECT_EQ(one["ranks"], 2);
  EXPECT_EQ(one["group"], "g1");
  EXPECT_EQ(one["group_pid"], 77);
  EXPECT_EQ(one["report"], json::parse(R"({"cells":[3,4]})"));
  EXPECT_EQ(one["error"],
            json::parse(R"({"reason":"LOST","message":"","gid":5})"));
}

TEST(JobJson, LeavesOutAReportThatIsNotJson) {
  v1::Job job = OneTaskJob();
  job.mutable_tasks(0)->set_report_json("{oops");
  EXPECT_FALSE(JobJson(job)["tasks"][0].contains("report"));
}

TEST(JobsJson, IsAnArrayWithoutTasks) {
  EXPECT_EQ(JobsJson({OneTaskJob()}),
            json::parse(R"([{"id":"j1","name":"circuit","state":"RUNNING"}])"));
  EXPECT_EQ(JobsJson({}), json::array());
}

TEST(PlanJson, GivesUnknownEstimatesAsNull) {
  v1::Plan plan;
  auto* step = plan.add_steps();
  step->set_step("run");
  step->set_kind("simulation");
  step->set_reason("t_end changed");
  step->set_ranks(2);
  step->set_estimated_s(3.5);
  step->set_estimated_memory_bytes(400'000'000);
  step->set_estimate_basis("from 2 runs of this step");
  EXPECT_EQ(PlanJson(plan), json::parse(R"({"steps": [
    {"step": "run", "kind": "simulation", "cached": false,
     "reason": "t_end changed", "ranks": 2, "estimated_s": 3.5,
     "estimated_memory_bytes": 400000000, "estimated_bytes": null,
     "estimate_basis": "from 2 runs of this step"}], "warnings": []})"));
}

TEST(PlanJson, HoldsWarnings) {
  v1::Plan plan;
  auto* warning = plan.add_warnings();
  warning->set_step("a");
  warning->set_field("steps.a.config.b");
  warning->set_text("Odd.");
  EXPECT_EQ(PlanJson(plan)["warnings"],
            json::parse(R"([{"step": "a", "field": "steps.a.config.b",
                             "text": "Odd."}])"));
}

TEST(EventJson, NamesTypeAndFields) {
  EventMaker make;
  EXPECT_EQ(EventJson(make.Task(1, "run", v1::TASK_STATE_CACHED, 0, "cached")),
            json::parse(R"({"sequence":1,"time":"1970-01-01T00:00:01Z",
              "step":"run","type":"task_state","from":"UNSPECIFIED",
              "to":"CACHED","reason":"cached"})"));
  EXPECT_EQ(EventJson(make.Progress(1, "run", "run", 5, 10, "ms", 2, 2.5)),
            json::parse(R"({"sequence":2,"time":"1970-01-01T00:00:01Z",
              "step":"run","attempt":1,"type":"progress","phase":"run",
              "done":5,"total":10,"unit":"ms","rate":2,"eta_s":2.5})"));
  EXPECT_EQ(EventJson(make.Progress(1, "run", "", 0, 0, ""))["eta_s"], nullptr);
  EXPECT_EQ(EventJson(make.Log(1, "run", v1::LogLine::LEVEL_INFO, "hi")),
            json::parse(R"({"sequence":4,"time":"1970-01-01T00:00:01Z",
              "step":"run","attempt":1,"type":"log","level":"info","rank":0,
              "text":"hi"})"));
  EXPECT_EQ(EventJson(make.Warning(1, "run", "w"))["type"], "warning");
  EXPECT_EQ(EventJson(make.Job(1, v1::JOB_STATE_QUEUED))["to"], "QUEUED");
  EXPECT_EQ(EventJson(make.End(2, v1::JOB_STATE_FAILED)),
            json::parse(R"({"sequence":7,"time":"1970-01-01T00:00:02Z",
              "type":"end","state":"FAILED"})"));
}

TEST(FetchJson, ListsTheFiles) {
  EXPECT_EQ(FetchJson("j1", "out",
                      {{.step = "graph",
                        .name = "cells.h5",
                        .path = "out/graph/cells.h5",
                        .digest = "sha256:00",
                        .size = 3,
                        .already_there = true}}),
            json::parse(R"({"job":"j1","directory":"out","files":[
              {"step":"graph","name":"cells.h5","path":"out/graph/cells.h5",
               "digest":"sha256:00","size":3,"already_there":true}]})"));
}

TEST(Dump, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(Dump({{"a", "x\xff"}}, true), "{\"a\":\"x\xEF\xBF\xBD\"}");
}

TEST(ExitCodeOf, IsTheDocumentedTable) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), 1);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), 2);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), 2);
  EXPECT_EQ(ExitCodeOf(absl::FailedPreconditionError("")), 2);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), 3);
  EXPECT_EQ(ExitCodeOf(absl::DeadlineExceededError("")), 3);
  EXPECT_EQ(ExitCodeOf(absl::UnauthenticatedError("")), 4);
  EXPECT_EQ(ExitCodeOf(absl::PermissionDeniedError("")), 4);
  EXPECT_EQ(ExitCodeOf(absl::CancelledError("")), 130);
  EXPECT_EQ(ExitCodeOf(v1::JOB_STATE_SUCCEEDED), 0);
  EXPECT_EQ(ExitCodeOf(v1::JOB_STATE_FAILED), 1);
  EXPECT_EQ(ExitCodeOf(v1::JOB_STATE_CANCELLED), 1);
}

TEST(Parse, KnowsStatesAndPoliciesInAnyCase) {
  EXPECT_EQ(*ParseJobState("running"), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(*ParseJobState("FAILED"), v1::JOB_STATE_FAILED);
  EXPECT_EQ(*ParseCachePolicy("refresh"), v1::CACHE_POLICY_REFRESH);
  EXPECT_THAT(FaultOf(ParseJobState("runing").status())->remedy,
              ::testing::HasSubstr("running"));
  EXPECT_FALSE(ParseCachePolicy("unspecified").ok());
}

TEST(ErrorText, PutsThePartsOnLinesOfTheirOwn) {
  EXPECT_EQ(ErrorText(InvalidInput({.field = "steps.run.config.t_end",
                                    .file = "p.yaml",
                                    .line = 12,
                                    .what = "must be positive",
                                    .expected = "a number > 0",
                                    .found = "-5",
                                    .remedy = "Set it."}),
                      false),
            "error: p.yaml:12: steps.run.config.t_end: must be positive\n"
            "  expected  a number > 0\n"
            "  found     -5\n"
            "  Set it.\n");
}

TEST(ErrorText, TellsWhereASimulationFailed) {
  EXPECT_EQ(FaultText({.step = "run",
                       .what = "NEURON failed",
                       .rank = 1,
                       .gid = 12,
                       .simulated_ms = 3.5,
                       .phase = "run",
                       .output = "oc: nan\x1b[2J\nline 2\n"},
                      false),
            "error: step run: NEURON failed\n"
            "  at        rank 1, gid 12, t = 3.5 ms, in run\n"
            "  | oc: nan[2J\n"
            "  | line 2\n");
}

TEST(ErrorText, ShowsPlainStatusesToo) {
  EXPECT_EQ(ErrorText(absl::NotFoundError("no x"), true),
            "\x1b[1;31merror\x1b[0m: no x\n");
}

}  // namespace
}  // namespace miv::client
