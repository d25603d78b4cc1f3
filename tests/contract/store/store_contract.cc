#include "tests/contract/store/store_contract.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

}  // namespace

Job StoreContract::PutJob(JobState state) {
  Job job;
  job.id = NewJobId();
  job.name = "network";
  job.state = state;
  job.created = At(1);
  Write([&](WriteTransaction& t) { return t.PutJob(job); });
  return job;
}

Task StoreContract::PutTask(const JobId& job, int index, TaskState state,
                            const std::string& key) {
  Task task;
  task.id = {job, index};
  task.step = absl::StrCat("step", index);
  task.kind = "h5_types";
  task.state = state;
  task.cache_key = key;
  Write([&](WriteTransaction& t) { return t.PutTask(task); });
  return task;
}

TEST_P(StoreContract, KeepsEveryPartOfAJob) {
  Job job;
  job.id = NewJobId();
  job.name = "a \"name\" with \xC3\xA4";
  job.state = JobState::kFailed;
  job.policy = CachePolicy::kBypass;
  job.created = At(1);
  job.started = At(2);
  job.ended = At(3);
  job.cancel_requested = true;
  job.cancel_reason = "typo";
  job.error = Fault{.reason = "NO_MEMORY", .step = "run", .gid = 7};
  Write([&](WriteTransaction& t) { return t.PutJob(job); });
  const auto back =
      Read<Job>([&](ReadTransaction& t) { return t.GetJob(job.id); });
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->name, job.name);
  EXPECT_EQ(back->state, job.state);
  EXPECT_EQ(back->policy, job.policy);
  EXPECT_EQ(back->created, job.created);
  EXPECT_EQ(back->started, job.started);
  EXPECT_EQ(back->ended, job.ended);
  EXPECT_TRUE(back->cancel_requested);
  EXPECT_EQ(back->cancel_reason, "typo");
  ASSERT_TRUE(back->error.has_value());
  EXPECT_EQ(back->error->reason, "NO_MEMORY");
  EXPECT_EQ(back->error->gid, 7);
}

TEST_P(StoreContract, AnUnsetTimeStaysUnset) {
  const Job job = PutJob();
  const auto back =
      Read<Job>([&](ReadTransaction& t) { return t.GetJob(job.id); });
  EXPECT_EQ(back->ended, absl::InfinitePast());
  EXPECT_FALSE(back->error.has_value());
}

TEST_P(StoreContract, PutOfAKnownJobReplacesItAndKeepsItsPlace) {
  Job first = PutJob();
  const Job second = PutJob();
  first.state = JobState::kRunning;
  Write([&](WriteTransaction& t) { return t.PutJob(first); });
  const auto live =
      Read<std::vector<Job>>([&](ReadTransaction& t) { return t.LiveJobs(); });
  ASSERT_EQ(live->size(), 2u);
  EXPECT_EQ((*live)[0].id, first.id);
  EXPECT_EQ((*live)[0].state, JobState::kRunning);
  EXPECT_EQ((*live)[1].id, second.id);
}

TEST_P(StoreContract, SaysNotFoundForWhatIsNotThere) {
  const JobId id = NewJobId();
  const auto job = Read<Job>([&](ReadTransaction& t) { return t.GetJob(id); });
  EXPECT_EQ(job.status().code(), absl::StatusCode::kNotFound);
  const auto task = Read<Task>([&](ReadTransaction& t) {
    return t.GetTask({id, 0});
  });
  EXPECT_EQ(task.status().code(), absl::StatusCode::kNotFound);
  const auto attempt = Read<Attempt>([&](ReadTransaction& t) {
    return t.GetAttempt({{id, 0}, 1});
  });
  EXPECT_EQ(attempt.status().code(), absl::StatusCode::kNotFound);
  const auto group =
      Read<Group>([&](ReadTransaction& t) { return t.GetGroup(NewGroupId()); });
  EXPECT_EQ(group.status().code(), absl::StatusCode::kNotFound);
  const auto plan =
      Read<std::string>([&](ReadTransaction& t) { return t.GetPlan(id); });
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, ListsJobsNewestFirstByPageAndState) {
  std::vector<JobId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(
        PutJob(i % 2 == 0 ? JobState::kQueued : JobState::kSucceeded).id);
  }
  const auto list = [&](JobQuery query) {
    return *Read<std::vector<ListedJob>>(
        [&](ReadTransaction& t) { return t.ListJobs(query); });
  };
  const auto page = list({.limit = 2});
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].job.id, ids[4]);
  EXPECT_EQ(page[1].job.id, ids[3]);
  const auto rest = list({.before_ordinal = page[1].ordinal, .limit = 9});
  ASSERT_EQ(rest.size(), 3u);
  EXPECT_EQ(rest[0].job.id, ids[2]);
  EXPECT_EQ(rest[2].job.id, ids[0]);
  const auto done = list({.state = JobState::kSucceeded, .limit = 9});
  ASSERT_EQ(done.size(), 2u);
  EXPECT_EQ(done[0].job.id, ids[3]);
}

TEST_P(StoreContract, KeepsEveryPartOfATask) {
  const Job job = PutJob();
  Task task;
  task.id = {job.id, 2};
  task.step = "forest_PYR";
  task.kind = "generate_synapse_forest";
  task.state = TaskState::kSucceeded;
  task.ranks = 4;
  task.cache_key = "sha256:00";
  task.attempts = 2;
  task.outputs = {{"forest.h5", "sha256:11", 12}, {"x.h5", "sha256:22", 0}};
  task.error = Fault{.what = "x"};
  task.report_json = R"({"cells":[3]})";
  task.queued = At(1);
  task.started = At(2);
  task.ended = At(3);
  Write([&](WriteTransaction& t) { return t.PutTask(task); });
  const auto back =
      Read<Task>([&](ReadTransaction& t) { return t.GetTask(task.id); });
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->step, task.step);
  EXPECT_EQ(back->kind, task.kind);
  EXPECT_EQ(back->state, task.state);
  EXPECT_EQ(back->ranks, 4);
  EXPECT_EQ(back->cache_key, task.cache_key);
  EXPECT_EQ(back->attempts, 2);
  EXPECT_EQ(back->outputs, task.outputs);
  EXPECT_EQ(back->error->what, "x");
  EXPECT_EQ(back->report_json, task.report_json);
  EXPECT_EQ(back->queued, task.queued);
  EXPECT_EQ(back->started, task.started);
  EXPECT_EQ(back->ended, task.ended);
}

TEST_P(StoreContract, FindsTasksByJobByStateAndByKey) {
  const Job first = PutJob();
  const Job second = PutJob();
  PutTask(second.id, 0, TaskState::kQueued, "k");
  PutTask(first.id, 1, TaskState::kQueued, "k");
  PutTask(first.id, 0, TaskState::kSucceeded, "k");
  const auto names = [](const std::vector<Task>& tasks) {
    std::vector<std::string> names;
    for (const Task& task : tasks) {
      names.push_back(absl::StrCat(task.id.job.text(), "/", task.id.index));
    }
    return names;
  };
  const std::string a = first.id.text(), b = second.id.text();
  EXPECT_THAT(names(*Read<std::vector<Task>>(
                  [&](ReadTransaction& t) { return t.TasksOf(first.id); })),
              ElementsAre(a + "/0", a + "/1"));
  EXPECT_THAT(names(*Read<std::vector<Task>>([&](ReadTransaction& t) {
                return t.TasksIn(TaskState::kQueued);
              })),
              ElementsAre(a + "/1", b + "/0"));
  EXPECT_THAT(names(*Read<std::vector<Task>>(
                  [&](ReadTransaction& t) { return t.LiveTasksWithKey("k"); })),
              ElementsAre(a + "/1", b + "/0"));
}

TEST_P(StoreContract, KnowsTheLatestKeyOfAStepThatEndedWell) {
  const Job old = PutJob(), last = PutJob(), failed = PutJob();
  PutTask(old.id, 0, TaskState::kSucceeded, "k1");
  PutTask(last.id, 0, TaskState::kCached, "k2");
  PutTask(failed.id, 0, TaskState::kFailed, "k3");
  const auto key = [&](const char* name, const char* step) {
    return *Read<std::string>(
        [&](ReadTransaction& t) { return t.LatestKey(name, step); });
  };
  EXPECT_EQ(key("network", "step0"), "k2");
  EXPECT_EQ(key("network", "step1"), "");
  EXPECT_EQ(key("other", "step0"), "");
}

TEST_P(StoreContract, ListsWhatEndedWellOfAKindTheLastFirst) {
  const Job job = PutJob();
  const auto put = [&](int index, const char* kind, TaskState state, int at) {
    Task task = PutTask(job.id, index, state);
    task.kind = kind;
    task.ended = At(at);
    Write([&](WriteTransaction& t) { return t.PutTask(task); });
  };
  put(0, "forest", TaskState::kSucceeded, 10);
  put(1, "forest", TaskState::kSucceeded, 30);
  put(2, "forest", TaskState::kSucceeded, 20);
  put(3, "forest", TaskState::kCached, 40);
  put(4, "forest", TaskState::kFailed, 50);
  put(5, "graph", TaskState::kSucceeded, 60);
  const auto steps = [&](const char* kind, int limit) {
    std::vector<std::string> names;
    const auto tasks = *Read<std::vector<NamedTask>>(
        [&](ReadTransaction& t) { return t.RecentTasks(kind, limit); });
    for (const NamedTask& one : tasks) {
      names.push_back(one.job_name + " " + one.task.step);
    }
    return names;
  };
  EXPECT_THAT(steps("forest", 9),
              ElementsAre("network step1", "network step2", "network step0"));
  EXPECT_THAT(steps("forest", 1), ElementsAre("network step1"));
  EXPECT_THAT(steps("nothing", 9), IsEmpty());
}

TEST_P(StoreContract, FindsTheWorkOfAGroupUntilItIsReported) {
  const Job job = PutJob();
  Attempt attempt;
  attempt.id = {{job.id, 0}, 1};
  attempt.group = NewGroupId();
  attempt.cancel_asked = At(5);
  attempt.finished = std::string("\0\x80", 2);
  attempt.published = {{"a.h5", "sha256:1", 3}};
  Write([&](WriteTransaction& t) { return t.PutAttempt(attempt); });
  const auto work = [&] {
    return *Read<std::optional<Attempt>>(
        [&](ReadTransaction& t) { return t.WorkOf(attempt.group); });
  };
  ASSERT_TRUE(work().has_value());
  EXPECT_EQ(work()->id, attempt.id);
  EXPECT_EQ(work()->cancel_asked, At(5));
  EXPECT_EQ(work()->finished, attempt.finished);
  EXPECT_EQ(work()->published, attempt.published);
  attempt.state = AttemptState::kReported;
  Write([&](WriteTransaction& t) { return t.PutAttempt(attempt); });
  EXPECT_FALSE(work().has_value());
  EXPECT_EQ(Read<std::vector<Attempt>>([&](ReadTransaction& t) {
              return t.LiveAttempts();
            })->size(),
            1u);
  attempt.state = AttemptState::kEnded;
  attempt.outcome = AttemptOutcome::kLost;
  Write([&](WriteTransaction& t) { return t.PutAttempt(attempt); });
  EXPECT_TRUE(Read<std::vector<Attempt>>([&](ReadTransaction& t) {
                return t.LiveAttempts();
              })->empty());
  const auto all = *Read<std::vector<Attempt>>([&](ReadTransaction& t) {
    return t.AttemptsOf({job.id, 0});
  });
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].outcome, AttemptOutcome::kLost);
}

TEST_P(StoreContract, KeepsEveryPartOfAGroupAndFindsItByToken) {
  Group group;
  group.id = NewGroupId();
  group.state = GroupState::kReady;
  group.group_class = GroupClass::kModel;
  group.model_key = "sha256:aa";
  group.ranks = 3;
  group.token_digest = "sha256:bb";
  group.acknowledged = 17;
  group.assignments = 2;
  group.single_use = true;
  group.pid = 4711;
  group.created = At(1);
  group.idle_since = At(2);
  group.leaving_since = At(3);
  Write([&](WriteTransaction& t) { return t.PutGroup(group); });
  const auto back = *Read<std::optional<Group>>(
      [&](ReadTransaction& t) { return t.FindGroupByToken("sha256:bb"); });
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->id, group.id);
  EXPECT_EQ(back->state, group.state);
  EXPECT_EQ(back->group_class, group.group_class);
  EXPECT_EQ(back->model_key, group.model_key);
  EXPECT_EQ(back->ranks, 3);
  EXPECT_EQ(back->acknowledged, 17);
  EXPECT_EQ(back->assignments, 2);
  EXPECT_TRUE(back->single_use);
  EXPECT_EQ(back->pid, 4711);
  EXPECT_EQ(back->idle_since, At(2));
  EXPECT_EQ(back->leaving_since, At(3));
  EXPECT_EQ(back->ended, absl::InfinitePast());
  EXPECT_FALSE(Read<std::optional<Group>>([&](ReadTransaction& t) {
                 return t.FindGroupByToken("sha256:cc");
               })->has_value());
}

TEST_P(StoreContract, AnEndedGroupIsNotLive) {
  Group group;
  group.id = NewGroupId();
  group.token_digest = "t1";
  Write([&](WriteTransaction& t) { return t.PutGroup(group); });
  group.state = GroupState::kEnded;
  Group other = group;
  other.id = NewGroupId();
  other.state = GroupState::kLeaving;
  other.token_digest = "t2";
  Write([&](WriteTransaction& t) {
    const auto put = t.PutGroup(group);
    return put.ok() ? t.PutGroup(other) : put;
  });
  const auto live = *Read<std::vector<Group>>(
      [&](ReadTransaction& t) { return t.LiveGroups(); });
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0].id, other.id);
}

TEST_P(StoreContract, KeepsAndDropsCacheEntries) {
  const CacheEntry entry{
      "sha256:k", {{"a.h5", "sha256:1", 5}}, R"({"kind":"x"})", At(4)};
  Write([&](WriteTransaction& t) { return t.PutCache(entry); });
  const auto find = [&] {
    return *Read<std::optional<CacheEntry>>(
        [&](ReadTransaction& t) { return t.FindCache("sha256:k"); });
  };
  ASSERT_TRUE(find().has_value());
  EXPECT_EQ(find()->outputs, entry.outputs);
  EXPECT_EQ(find()->manifest_json, entry.manifest_json);
  EXPECT_EQ(find()->created, At(4));
  Write([&](WriteTransaction& t) { return t.DropCache("sha256:k"); });
  EXPECT_FALSE(find().has_value());
}

TEST_P(StoreContract, KeepsPreflightVerdicts) {
  Write([&](WriteTransaction& t) {
    const auto put =
        t.PutPreflight({"good", std::nullopt, "sha256:lib", At(1), "[{}]"});
    return put.ok()
               ? t.PutPreflight({"bad", Fault{.what = "broken"}, "", At(2), ""})
               : put;
  });
  const auto find = [&](const char* key) {
    return *Read<std::optional<PreflightEntry>>(
        [&](ReadTransaction& t) { return t.FindPreflight(key); });
  };
  ASSERT_TRUE(find("good").has_value());
  EXPECT_FALSE(find("good")->fault.has_value());
  EXPECT_EQ(find("good")->library_digest, "sha256:lib");
  EXPECT_EQ(find("good")->facts, "[{}]");
  EXPECT_EQ(find("bad")->facts, "");
  EXPECT_EQ(find("bad")->fault->what, "broken");
  EXPECT_FALSE(find("other").has_value());
}

TEST_P(StoreContract, TakesARequestIdOnce) {
  const RequestRecord record{"r1", "sha256:body", NewJobId(), At(1)};
  Write([&](WriteTransaction& t) { return t.PutRequest(record); });
  const auto again =
      store_->Write([&](WriteTransaction& t) { return t.PutRequest(record); });
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  const auto back = *Read<std::optional<RequestRecord>>(
      [&](ReadTransaction& t) { return t.FindRequest("r1"); });
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->body_digest, "sha256:body");
  EXPECT_EQ(back->job, record.job);
}

TEST_P(StoreContract, AFailedBodyLeavesNothing) {
  const JobId id = NewJobId();
  const auto status = store_->Write([&](WriteTransaction& t) -> absl::Status {
    EXPECT_TRUE(t.PutPlan(id, "x").ok());
    EXPECT_EQ(t.GetPlan(id).value(), "x");
    return absl::InvalidArgumentError("no");
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto plan =
      Read<std::string>([&](ReadTransaction& t) { return t.GetPlan(id); });
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace miv::server
