#pragma once

// The core of a server on an in-memory store, with a clock, a launcher and a
// preflight of the test's own.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/random/random.h"
#include "miv/v1/workers.pb.h"
#include "server/jobs/job_manager.h"
#include "server/jobs/worker_desk.h"
#include "server/jobs/workspace.h"
#include "server/launchers/fake_launcher.h"
#include "server/launchers/preflight_runner.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/server/support/fake_clock.h"
#include "tests/unit/server/support/pipelines.h"

namespace miv::server {

/// Remembers what it was told.
class RecordingListener final : public JobListener {
 public:
  void OnQueueChanged() override { ++queue_changes; }
  void OnGroupChanged(const GroupId& group) override {
    groups.push_back(group);
  }
  void OnGroupEnded(const GroupId& group) override { ended.push_back(group); }
  void OnReported(const AttemptId& attempt) override {
    reported.push_back(attempt);
  }
  void OnAttemptEnded(const Attempt& attempt) override {
    over.push_back(attempt);
  }
  void OnSalvage(const TaskId& task) override { salvage.push_back(task); }

  int queue_changes = 0;
  std::vector<GroupId> groups;
  std::vector<GroupId> ended;
  std::vector<AttemptId> reported;
  std::vector<Attempt> over;
  std::vector<TaskId> salvage;
};

class ServerTest : public testing::Test {
 protected:
  ServerTest();

  /// A job of CorePipeline (or of `spec`), one rank a step.
  JobId Submit(CachePolicy policy = CachePolicy::kUse,
               const pipeline::PipelineSpec& spec = CorePipeline(),
               const std::vector<UploadedFile>& files = {});

  Job JobOf(const JobId& id);
  Task TaskOf(const JobId& id, int index);
  /// "CACHED QUEUED WAITING": the states of a job's tasks.
  std::string States(const JobId& id);
  Group GroupOf(const GroupId& id);
  Attempt AttemptOf(const AttemptId& id);
  /// The job's log, one text per event: "job QUEUED", "types QUEUED", "types
  /// artifact neuro.h5", "end SUCCEEDED", ...
  std::vector<std::string> LogOf(const JobId& id);

  /// Gives a queued task to a new group, which has token "token of GROUP".
  AttemptId Start(const TaskId& task);
  AttemptId Start(const JobId& job, int index) { return Start({job, index}); }
  GroupId GroupOn(const AttemptId& attempt) { return AttemptOf(attempt).group; }

  /// The group reports one event, with the next number.
  absl::Status Report(const AttemptId& attempt, v1::WorkerEvent event);
  absl::Status ReportStarted(const AttemptId& attempt);
  absl::Status ReportFailed(const AttemptId& attempt,
                            const std::string& message);
  absl::Status ReportCancelled(const AttemptId& attempt);
  /// Success with these outputs: name -> content, written where they belong.
  absl::Status ReportDone(const AttemptId& attempt,
                          const std::map<std::string, std::string>& outputs,
                          const std::string& report = R"({"cells":[5]})");

  /// Start, report success with one output called as the kind says, publish.
  void Run(const JobId& job, int index, const std::string& content);

  test::TempDirectory directory_;
  FakeClock clock_;
  FakeLauncher launcher_;
  FakePreflightRunner preflight_;
  RecordingListener listener_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ArtifactStore> artifacts_;
  std::unique_ptr<ResultCache> results_;
  PlanCache plans_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<JobManager> jobs_;
  std::unique_ptr<Workspace> workspace_;

 private:
  template <typename T>
  T Read(const std::function<absl::StatusOr<T>(ReadTransaction&)>& read);

  absl::BitGen random_;
  std::map<GroupId, std::int64_t> numbers_;
};

}  // namespace miv::server
