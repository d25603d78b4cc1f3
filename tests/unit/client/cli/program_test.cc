// The verbs as a user calls them, against a server in memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/files.h"
#include "common/rpc/status.h"
#include "tests/unit/client/cli/program_fixture.h"
#include "tests/unit/client/pipeline_files.h"

namespace miv::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(ProgramTest, ExplainsItself) {
  EXPECT_EQ(Miv({"--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("miv up"));
  EXPECT_EQ(Miv({}), 2);
  EXPECT_THAT(err_, HasSubstr("Subcommands"));
  for (const char* verb :
       {"up", "submit", "plan", "watch", "jobs", "job", "cancel", "logs",
        "fetch", "plot", "h5", "version", "build", "simulate", "push", "pull",
        "login", "kinds"}) {
    EXPECT_EQ(Miv({verb, "--help"}), 0) << verb;
    EXPECT_THAT(out_, HasSubstr("Examples:\n  miv ")) << verb;
  }
}

TEST_F(ProgramTest, SuggestsVerbs) {
  EXPECT_EQ(Miv({"sumbit", "x"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("no `miv sumbit`"), HasSubstr("submit")));
  EXPECT_EQ(Miv({"h5", "shwo", "x"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("no `miv h5 shwo`"), HasSubstr("show")));
  EXPECT_EQ(Miv({"jobs", "--bogus"}), 2);
  EXPECT_THAT(err_, HasSubstr("See miv jobs --help"));
}

TEST_F(ProgramTest, ExitsWithThreeIfTheServerIsUnreachable) {
  std::string address;
  {
    FakeServer gone;
    address = gone.address();
  }
  EXPECT_EQ(Miv({"jobs", "--server", address}), 3);
  EXPECT_THAT(err_, HasSubstr("miv up"));
}

TEST_F(ProgramTest, ExitsWithFourIfTheServerDenies) {
  server_.jobs.refuse_submissions =
      ToGrpcStatus(absl::UnauthenticatedError("no token"));
  EXPECT_EQ(Miv({"submit", WritePipeline("program_denied")}), 4);
  EXPECT_THAT(err_, HasSubstr("MIV_TOKEN"));
}

TEST_F(ProgramTest, SubmitPrintsTheIdAndWhatNext) {
  EXPECT_EQ(Miv({"submit", WritePipeline("program_submit")}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("job job-1 accepted: small, 4 steps"),
                          HasSubstr("miv watch job-1"),
                          HasSubstr("miv fetch job-1 -o")));
}

TEST_F(ProgramTest, SubmitPrintsTheJobAsJson) {
  EXPECT_EQ(Miv({"submit", WritePipeline("program_json"), "--json"}), 0);
  EXPECT_EQ(OutJson()["id"], "job-1");
  EXPECT_EQ(OutJson()["state"], "QUEUED");
}

TEST_F(ProgramTest, SubmitPassesOptionsOn) {
  EXPECT_EQ(Miv({"submit", "--set", "name=other", "--cache", "bypass",
                 WritePipeline("program_options"), "--ranks", "3", "--seed",
                 "9", "--set", "steps.types.ranks=1"}),
            0);
  const auto& request = server_.jobs.submissions.back();
  EXPECT_EQ(request.pipeline().name(), "other");
  EXPECT_EQ(request.pipeline().seed(), 9);
  EXPECT_EQ(request.pipeline().steps(1).ranks(), 3);
  EXPECT_EQ(request.cache_policy(), v1::CACHE_POLICY_BYPASS);
  EXPECT_EQ(Miv({"submit", WritePipeline("program_cache"), "--cache", "no"}),
            2);
  EXPECT_EQ(Miv({"submit", WritePipeline("program_ranks"), "--ranks", "0"}), 2);
}

TEST_F(ProgramTest, SubmitWaitsAndEndsWithATable) {
  server_.jobs.by_request["r"];  // the next job is job-2
  server_.jobs.jobs["job-2"] = server_.jobs.jobs["j1"];
  const auto path = WritePipeline("program_wait");
  // Accepting the job replaces it by a queued one; its end is in the log.
  EXPECT_EQ(Miv({"submit", path, "--wait"}), 0);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("00:00:01  run: running\n"),
                    HasSubstr("run: warning: two events were tied"),
                    HasSubstr("run: done in 3.0 s"), HasSubstr("STEP  KIND")));
}

TEST_F(ProgramTest, SubmitShowsAMistakeWithFileAndLine) {
  const auto path = WritePipeline(
      "program_mistake",
      absl::StrReplaceAll(kPipelineText,
                          {{"population: PYR, m", "poplation: PYR, m"}}));
  EXPECT_EQ(Miv({"submit", path}), 2);
  EXPECT_THAT(err_,
              AllOf(HasSubstr("pipeline.yaml:23: "), HasSubstr("population")));
  EXPECT_THAT(server_.jobs.submissions, IsEmpty());
}

TEST_F(ProgramTest, PlanIsATableOrJson) {
  const auto path = WritePipeline("program_plan");
  EXPECT_EQ(Miv({"plan", path}), 0);
  EXPECT_THAT(out_, AllOf(StartsWith("STEP"), HasSubstr("forest"),
                          HasSubstr("4 steps to run, 0 cached")));
  EXPECT_EQ(Miv({"plan", path, "--json"}), 0);
  EXPECT_THAT(OutJson()["steps"], SizeIs(4));
}

TEST_F(ProgramTest, WatchPrintsPlainLinesWhereThereIsNoTerminal) {
  EXPECT_EQ(Miv({"watch", "j1"}), 0);
  EXPECT_THAT(out_, AllOf(StartsWith("00:00:01  job j1: running\n"),
                          Not(HasSubstr("\x1b")),
                          HasSubstr("small is done: 1 step, in 4.0 s")));
}

TEST_F(ProgramTest, WatchRedrawsOnATerminal) {
  terminal_ = true;
  EXPECT_EQ(Miv({"watch", "j1"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("\x1b[K"), HasSubstr("+ run  done in 3.0"),
                          HasSubstr("warning: run: two events were tied")));
}

TEST_F(ProgramTest, WatchPrintsOneEventALine) {
  EXPECT_EQ(Miv({"watch", "j1", "--json", "--after", "1"}), 0);
  const std::vector<std::string> lines = absl::StrSplit(out_, '\n');
  ASSERT_THAT(lines, SizeIs(6));  // five events and the last line end
  EXPECT_EQ(nlohmann::json::parse(lines[0])["sequence"], 2);
  EXPECT_EQ(nlohmann::json::parse(lines[4])["type"], "end");
}

TEST_F(ProgramTest, WatchExitsWithOneIfTheJobFailed) {
  server_.jobs.log.back().mutable_end()->set_state(v1::JOB_STATE_FAILED);
  server_.jobs.jobs["j1"].set_state(v1::JOB_STATE_FAILED);
  *Run().mutable_error() =
      FaultToProto({.reason = "X", .what = "the cell exploded", .gid = 4});
  EXPECT_EQ(Miv({"watch", "j1"}), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("small is failed"),
                          HasSubstr("step run: the cell exploded"),
                          HasSubstr("gid 4")));
}

TEST_F(ProgramTest, DetachedWatchSaysHowToComeBack) {
  server_.jobs.log.pop_back();
  server_.jobs.hold_open = true;
  stop_.request_stop();
  EXPECT_EQ(Miv({"watch", "j1", "--server", server_name_}), 130);
  EXPECT_THAT(err_, HasSubstr("stopped"));
}

TEST_F(ProgramTest, JobsListsThem) {
  EXPECT_EQ(Miv({"jobs"}), 0);
  EXPECT_EQ(out_,
            "JOB  NAME   STATE  CREATED               TIME\n"
            "j1   small  done   2023-11-14 22:13:20  4.0 s\n");
  EXPECT_EQ(Miv({"jobs", "--json"}), 0);
  EXPECT_EQ(OutJson()[0]["id"], "j1");
  EXPECT_EQ(Miv({"jobs", "--state", "lost"}), 2);
  server_.jobs.jobs.clear();
  EXPECT_EQ(Miv({"jobs"}), 0);
  EXPECT_EQ(out_, "no jobs\n");
}

TEST_F(ProgramTest, JobShowsTasksAndRanks) {
  EXPECT_EQ(Miv({"job"}), 0);  // the newest
  EXPECT_THAT(out_, AllOf(HasSubstr("job j1  small  done"),
                          HasSubstr("run   simulation  done          1  3.5 s"),
                          HasSubstr("results.h5 16 B"), HasSubstr("40 41"),
                          HasSubstr("3.1 3.2")));
  EXPECT_EQ(Miv({"job", "j1", "--json"}), 0);
  EXPECT_EQ(OutJson()["tasks"][0]["outputs"]["results.h5"]["size"], 16);
  EXPECT_EQ(Miv({"job", "j9"}), 2);
}

TEST_F(ProgramTest, CancelSaysWhatBecameOfTheJob) {
  EXPECT_EQ(Miv({"cancel", "j1", "--reason", "r"}), 0);
  EXPECT_EQ(out_, "job j1 is cancelled\n");
  EXPECT_EQ(Miv({"cancel"}), 2);
}

TEST_F(ProgramTest, LogsPrintsLinesAndWarnings) {
  EXPECT_EQ(Miv({"logs", "j1", "--step", "run"}), 0);
  EXPECT_EQ(out_,
            "00:00:02  run[0]  loading cells\n"
            "00:00:03  run  warning: two events were tied\n");
  EXPECT_EQ(Miv({"logs", "j1", "--follow"}), 0);
  EXPECT_THAT(out_, HasSubstr("loading cells"));
  EXPECT_EQ(Miv({"logs", "j1", "--step", "rum"}), 2);
  EXPECT_THAT(err_, HasSubstr("run"));
}

TEST_F(ProgramTest, FetchWritesFilesAndThenFindsThem) {
  const std::string directory = JoinPath(::testing::TempDir(), "program_fetch");
  ASSERT_TRUE(RemoveTree(directory).ok());
  EXPECT_EQ(Miv({"fetch", "j1", "-o", directory}), 0);
  EXPECT_EQ(*ReadFile(directory + "/run/results.h5"), "bytes of results");
  EXPECT_THAT(out_, AllOf(HasSubstr("1 file fetched, 16 B"),
                          HasSubstr("miv plot raster")));
  EXPECT_EQ(Miv({"fetch", "-o", directory, "--step", "run", "--json"}), 0);
  EXPECT_EQ(OutJson()["files"][0]["already_there"], true);
}

TEST_F(ProgramTest, ExportsNetconsOfTheCellsAskedFor) {
  EXPECT_EQ(Miv({"h5", "export", "netcons", "j1", "--step", "run"}), 2);
  EXPECT_THAT(err_, HasSubstr("steps.run.config.debug.netcons=true"));
  Output(&Run(), "netcons.tsv", "post_gid\tsrc_gid\n4\t1\n5\t2\n6\t2\n");
  EXPECT_EQ(
      Miv({"h5", "export", "netcons", "j1", "--step", "run", "--gids", "4,6"}),
      0);
  EXPECT_EQ(out_, "post_gid\tsrc_gid\n4\t1\n6\t2\n");
  EXPECT_EQ(Miv({"h5", "export", "netcons", "j1", "--step", "run"}), 0);
  EXPECT_EQ(out_, "post_gid\tsrc_gid\n4\t1\n5\t2\n6\t2\n");
}

TEST_F(ProgramTest, ListsKindsAndTheirFields) {
  EXPECT_EQ(Miv({"kinds"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("  architecture    types"),
                          HasSubstr("\nnetwork\n"), HasSubstr("forest.h5")));
  EXPECT_EQ(Miv({"kinds", "architecture"}), 0);
  EXPECT_THAT(out_, HasSubstr("coordinate_namespace, coordinates_namespace"));
  EXPECT_THAT(out_, HasSubstr("an integer"));
  EXPECT_EQ(Miv({"kinds", "network", "--json"}), 0);
  EXPECT_EQ(OutJson()["kind"], "network");
  EXPECT_EQ(OutJson()["fields"][0]["name"], "config_filepath");
  EXPECT_EQ(Miv({"kinds", "--json"}), 0);
  EXPECT_EQ(OutJson()[0]["kind"], "network");
  EXPECT_EQ(Miv({"kinds", "synapsis"}), 2);
  EXPECT_THAT(err_, HasSubstr("synapses"));
}

TEST_F(ProgramTest, VersionNamesTheServer) {
  EXPECT_EQ(Miv({"version"}), 0);
  EXPECT_THAT(out_, AllOf(StartsWith("miv "), HasSubstr("(serving)")));
  EXPECT_EQ(Miv({"version", "--json"}), 0);
  EXPECT_EQ(OutJson()["server"]["serving"], true);
  server_name_.clear();
  EXPECT_EQ(Miv({"version", "--json"}), 0);
  EXPECT_EQ(OutJson()["server"], nullptr);
}

TEST_F(ProgramTest, UpSaysIfTheServerIsNotInstalledHere) {
  const std::string data = JoinPath(::testing::TempDir(), "program_up");
  ASSERT_TRUE(RemoveTree(data).ok());
  // The test program lies beside no coordinator.
  EXPECT_EQ(Miv({"up", "--data", data}), 2);
  EXPECT_THAT(err_, HasSubstr("no miv-coordinator"));
}

TEST_F(ProgramTest, UpFindsAServerThatIsRunning) {
  const std::string data = JoinPath(::testing::TempDir(), "program_up_again");
  WriteFile(data + "/server.json",
            R"({"address":")" + server_.address() + R"(","pid":1})");
  EXPECT_EQ(Miv({"up", "--data", data}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("was up already"),
                          HasSubstr("export MIV_SERVER=" + data)));
}

}  // namespace
}  // namespace miv::client
