#include "tests/unit/server/support/server_fixture.h"

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "server/jobs/publisher.h"
#include "server/store/sqlite_store.h"

namespace miv::server {
namespace {

std::string Describe(const v1::Event& event) {
  const std::string who = event.step().empty() ? "job" : event.step();
  if (event.has_job_state()) {
    return absl::StrCat(
        "job ", StateName(static_cast<JobState>(event.job_state().to())));
  }
  if (event.has_task_state()) {
    return absl::StrCat(
        who, " ", StateName(static_cast<TaskState>(event.task_state().to())));
  }
  if (event.has_artifact()) {
    return absl::StrCat(who, " artifact ", event.artifact().name());
  }
  if (event.has_progress()) {
    return absl::StrCat(who, " progress ", event.progress().phase());
  }
  if (event.has_log()) return absl::StrCat(who, " log ", event.log().text());
  if (event.has_warning()) {
    return absl::StrCat(who, " warning ", event.warning().text());
  }
  if (event.has_end()) {
    return absl::StrCat("end ",
                        StateName(static_cast<JobState>(event.end().state())));
  }
  return "?";
}

}  // namespace

ServerTest::ServerTest() {
  store_ = SqliteStore::Open(":memory:").value();
  artifacts_ = ArtifactStore::Open(
                   {.root = directory_ / "artifacts", .low_water_bytes = 0})
                   .value();
  results_ = std::make_unique<ResultCache>(*artifacts_);
  log_ = std::make_unique<EventLog>(*store_);
  jobs_ =
      std::make_unique<JobManager>(*store_, *results_, plans_, *log_, clock_);
  jobs_->SetListener(&listener_);
  workspace_ = std::make_unique<Workspace>(directory_ / "groups", *artifacts_);
}

JobId ServerTest::Submit(CachePolicy policy, const pipeline::PipelineSpec& spec,
                         const std::vector<UploadedFile>& files) {
  NewJob request;
  request.policy = policy;
  request.plan = std::make_shared<const JobPlan>(PlanOf(spec, files));
  request.ranks.assign(request.plan->pipeline.steps.size(), 1);
  const auto id = jobs_->Create(request);
  EXPECT_TRUE(id.ok()) << id.status();
  return id.value_or(JobId());
}

template <typename T>
T ServerTest::Read(
    const std::function<absl::StatusOr<T>(ReadTransaction&)>& read) {
  absl::StatusOr<T> value = absl::UnknownError("not read");
  const absl::Status status = store_->Read([&](ReadTransaction& t) {
    value = read(t);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *std::move(value) : T();
}

Job ServerTest::JobOf(const JobId& id) {
  return Read<Job>([&](ReadTransaction& t) { return t.GetJob(id); });
}

Task ServerTest::TaskOf(const JobId& id, int index) {
  return Read<Task>([&](ReadTransaction& t) { return t.GetTask({id, index}); });
}

std::string ServerTest::States(const JobId& id) {
  const auto tasks = Read<std::vector<Task>>(
      [&](ReadTransaction& t) { return t.TasksOf(id); });
  return absl::StrJoin(tasks, " ", [](std::string* out, const Task& task) {
    absl::StrAppend(out, StateName(task.state));
  });
}

Group ServerTest::GroupOf(const GroupId& id) {
  return Read<Group>([&](ReadTransaction& t) { return t.GetGroup(id); });
}

Attempt ServerTest::AttemptOf(const AttemptId& id) {
  return Read<Attempt>([&](ReadTransaction& t) { return t.GetAttempt(id); });
}

std::vector<std::string> ServerTest::LogOf(const JobId& id) {
  std::vector<std::string> lines;
  const auto events = log_->Read(id, 0, 1000);
  EXPECT_TRUE(events.ok()) << events.status();
  for (const v1::Event& event : *events) lines.push_back(Describe(event));
  return lines;
}

AttemptId ServerTest::Start(const TaskId& task) {
  const GroupId group = GroupId::New(random_);
  const auto attempt =
      jobs_->AssignNew({task, group, DigestOf("token of " + group.text())});
  EXPECT_TRUE(attempt.ok()) << attempt.status();
  if (!attempt.ok() || !attempt->has_value()) {
    ADD_FAILURE() << "the task could not be started";
    return {};
  }
  EXPECT_TRUE(jobs_->Hear(group, 4711).ok());
  return **attempt;
}

absl::Status ServerTest::Report(const AttemptId& attempt,
                                v1::WorkerEvent event) {
  const GroupId group = GroupOn(attempt);
  event.set_number(++numbers_[group]);
  event.set_assignment_id(attempt.text());
  return jobs_->Take(group, {event}).status();
}

absl::Status ServerTest::ReportStarted(const AttemptId& attempt) {
  v1::WorkerEvent event;
  event.mutable_started();
  return Report(attempt, event);
}

absl::Status ServerTest::ReportFailed(const AttemptId& attempt,
                                      const std::string& message) {
  v1::WorkerEvent event;
  event.mutable_finished()->set_outcome(v1::Finished::OUTCOME_FAILED);
  event.mutable_finished()->mutable_error()->set_message(message);
  return Report(attempt, event);
}

absl::Status ServerTest::ReportCancelled(const AttemptId& attempt) {
  v1::WorkerEvent event;
  event.mutable_finished()->set_outcome(v1::Finished::OUTCOME_CANCELLED);
  return Report(attempt, event);
}

absl::Status ServerTest::ReportDone(
    const AttemptId& attempt, const std::map<std::string, std::string>& outputs,
    const std::string& report) {
  const std::string folder =
      workspace_->OutputDirectory(GroupOn(attempt), attempt);
  EXPECT_TRUE(MakeDirectories(folder).ok());
  v1::WorkerEvent event;
  event.mutable_finished()->set_outcome(v1::Finished::OUTCOME_SUCCEEDED);
  event.mutable_finished()->set_report_json(report);
  for (const auto& [name, content] : outputs) {
    EXPECT_TRUE(WriteFileAtomically(folder + "/" + name, content).ok());
    event.mutable_finished()->add_outputs(name);
  }
  return Report(attempt, event);
}

void ServerTest::Run(const JobId& job, int index, const std::string& content) {
  const AttemptId attempt = Start(job, index);
  std::map<std::string, std::string> outputs;
  store_
      ->Read([&](ReadTransaction& t) -> absl::Status {
        const auto plan = plans_.Get(t, job).value();
        for (const auto& name : plan->step(index).outputs) {
          outputs[name] = content;
        }
        return absl::OkStatus();
      })
      .IgnoreError();
  ASSERT_TRUE(ReportDone(attempt, outputs).ok());
  Publisher publisher(*jobs_, *store_, *artifacts_, plans_, *workspace_);
  const absl::Status published = publisher.Publish(attempt);
  ASSERT_TRUE(published.ok()) << published;
}

}  // namespace miv::server
