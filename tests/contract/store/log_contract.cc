// What a store keeps of the event logs of jobs.

#include <gmock/gmock.h>

#include "tests/contract/store/store_contract.h"

namespace miv::server {
namespace {

using testing::ElementsAre;

absl::Status Ok() { return absl::OkStatus(); }

}  // namespace

TEST_P(StoreContract, NumbersEachLogDenselyFromOne) {
  const Job a = PutJob(), b = PutJob();
  std::vector<std::int64_t> sequences;
  Write([&](WriteTransaction& t) {
    for (const JobId& id : {a.id, a.id, b.id, a.id}) {
      sequences.push_back(t.AppendLog(id, {.payload = "p"}).value());
    }
    return Ok();
  });
  EXPECT_THAT(sequences, ElementsAre(1, 2, 1, 3));
}

TEST_P(StoreContract, ARolledBackEntryLeavesNoGap) {
  const Job job = PutJob();
  EXPECT_EQ(store_
                ->Write([&](WriteTransaction& t) -> absl::Status {
                  EXPECT_TRUE(t.AppendLog(job.id, {}).ok());
                  return absl::AbortedError("no");
                })
                .code(),
            absl::StatusCode::kAborted);
  Write([&](WriteTransaction& t) {
    EXPECT_EQ(t.AppendLog(job.id, {}).value(), 1);
    return Ok();
  });
}

TEST_P(StoreContract, ReadsALogByPage) {
  const Job job = PutJob();
  Write([&](WriteTransaction& t) {
    for (int i = 1; i <= 5; ++i) {
      LogEntry entry{.time = At(i), .step = "s", .attempt = 1};
      entry.payload = std::string("\0p", 2) + std::to_string(i);
      EXPECT_TRUE(t.AppendLog(job.id, entry).ok());
    }
    return Ok();
  });
  const auto page = *Read<std::vector<LogEntry>>(
      [&](ReadTransaction& t) { return t.ReadLog(job.id, 2, 2); });
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].sequence, 3);
  EXPECT_EQ(page[0].time, At(3));
  EXPECT_EQ(page[0].step, "s");
  EXPECT_EQ(page[0].attempt, 1);
  EXPECT_EQ(page[0].payload, std::string("\0p3", 3));
  EXPECT_EQ(page[1].sequence, 4);
  const auto range =
      *Read<LogRange>([&](ReadTransaction& t) { return t.RangeOfLog(job.id); });
  EXPECT_EQ(range.oldest, 1);
  EXPECT_EQ(range.last, 5);
}

TEST_P(StoreContract, AnEmptyLogEndsBeforeItBegins) {
  const auto range = *Read<LogRange>(
      [&](ReadTransaction& t) { return t.RangeOfLog(NewJobId()); });
  EXPECT_EQ(range.oldest, 1);
  EXPECT_EQ(range.last, 0);
}

TEST_P(StoreContract, TrimsTheDetailsOfOldEndedJobsOnly) {
  Job old = PutJob(), recent = PutJob(), running = PutJob();
  old.state = recent.state = JobState::kSucceeded;
  running.state = JobState::kRunning;
  old.ended = At(10);
  recent.ended = At(30);
  Write([&](WriteTransaction& t) {
    for (const Job& job : {old, recent, running}) {
      EXPECT_TRUE(t.PutJob(job).ok());
      EXPECT_TRUE(t.AppendLog(job.id, {.detail = true}).ok());
      EXPECT_TRUE(t.AppendLog(job.id, {.detail = false}).ok());
    }
    EXPECT_EQ(t.TrimLogs(At(20)).value(), 1);
    return Ok();
  });
  const auto sequences = [&](const JobId& id) {
    std::vector<std::int64_t> all;
    const auto entries = *Read<std::vector<LogEntry>>(
        [&](ReadTransaction& t) { return t.ReadLog(id, 0, 10); });
    for (const auto& entry : entries) all.push_back(entry.sequence);
    return all;
  };
  EXPECT_THAT(sequences(old.id), ElementsAre(2));
  EXPECT_THAT(sequences(recent.id), ElementsAre(1, 2));
  EXPECT_THAT(sequences(running.id), ElementsAre(1, 2));
}

}  // namespace miv::server
