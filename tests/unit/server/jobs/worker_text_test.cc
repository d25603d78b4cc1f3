#include "server/jobs/worker_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace miv::server {
namespace {

TEST(CleanText, KeepsOrdinaryText) {
  EXPECT_EQ(CleanText("cells: 5 \xC3\xA4", 100), "cells: 5 \xC3\xA4");
}

TEST(CleanText, TakesOutControlCharacters) {
  EXPECT_EQ(CleanText("a\x1b[31mb\nc\td\x7f", 100), "a [31mb c d ");
  EXPECT_EQ(CleanText("a\nb\tc\x1b", 100, /*lines=*/true), "a\nb\tc ");
}

TEST(CleanText, CutsBetweenCharacters) {
  EXPECT_LE(CleanText(std::string(1000, 'x'), 100).size(), 100u);
}

TEST(CleanText, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(CleanText("a\xFF"
                      "b",
                      100),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(CleanEvent, MakesNumbersFinite) {
  v1::WorkerEvent event;
  event.mutable_progress()->set_done(std::numeric_limits<double>::infinity());
  event.mutable_progress()->set_eta_s(std::nan(""));
  event.mutable_progress()->set_total(7);
  const auto clean = CleanEvent(event);
  EXPECT_EQ(clean.progress().done(), 0);
  EXPECT_EQ(clean.progress().eta_s(), 0);
  EXPECT_EQ(clean.progress().total(), 7);
}

TEST(CleanEvent, LetsOnlySafeOutputNamesThrough) {
  v1::WorkerEvent event;
  for (const char* name : {"results.h5", "../../etc/passwd", "/etc/passwd",
                           "debug/a.npy", "a/../b", ""}) {
    event.mutable_finished()->add_outputs(name);
  }
  const auto clean = CleanEvent(event);
  ASSERT_EQ(clean.finished().outputs_size(), 2);
  EXPECT_EQ(clean.finished().outputs(0), "results.h5");
  EXPECT_EQ(clean.finished().outputs(1), "debug/a.npy");
}

TEST(CleanEvent, BoundsTheNumberOfOutputs) {
  v1::WorkerEvent event;
  for (int i = 0; i < 1000; ++i) {
    event.mutable_finished()->add_outputs("f" + std::to_string(i));
  }
  EXPECT_EQ(CleanEvent(event).finished().outputs_size(), 256);
}

TEST(CleanEvent, DropsAReportThatIsNoJsonObject) {
  v1::WorkerEvent event;
  for (const char* report : {"", "[1]", "{", "7"}) {
    event.mutable_finished()->set_report_json(report);
    EXPECT_EQ(CleanEvent(event).finished().report_json(), "") << report;
  }
  event.mutable_finished()->set_report_json(R"({"cells": [1]})");
  EXPECT_EQ(CleanEvent(event).finished().report_json(), R"({"cells": [1]})");
  event.mutable_finished()->set_report_json(
      R"({"x": ")" + std::string(300 << 10, 'x') + R"("})");
  EXPECT_EQ(CleanEvent(event).finished().report_json(), "");
}

TEST(CleanEvent, KeepsTheLinesOfAnErrorsOutput) {
  v1::WorkerEvent event;
  auto& error = *event.mutable_finished()->mutable_error();
  error.set_message("one\ntwo");
  error.set_output("one\ntwo\x07");
  const auto clean = CleanEvent(event);
  EXPECT_EQ(clean.finished().error().message(), "one two");
  EXPECT_EQ(clean.finished().error().output(), "one\ntwo ");
}

TEST(CleanFault, CleansEveryText) {
  Fault fault;
  fault.what = "a\x01";
  fault.file = std::string(10'000, 'x');
  fault.line = 4;
  const Fault clean = CleanFault(fault);
  EXPECT_EQ(clean.what, "a ");
  EXPECT_LE(clean.file.size(), 4096u);
  EXPECT_EQ(clean.line, 4);
}

v1::WorkerEvent Line() {
  v1::WorkerEvent event;
  event.mutable_log()->set_text("x");
  return event;
}

v1::WorkerEvent Progress() {
  v1::WorkerEvent event;
  event.mutable_progress();
  return event;
}

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(LogBudget, TakesSoManyLinesAndSaysOnceThatItStops) {
  LogBudget budget(2);
  EXPECT_EQ(budget.Judge(Line(), kNow), LogBudget::Verdict::kTake);
  EXPECT_EQ(budget.Judge(Line(), kNow), LogBudget::Verdict::kTake);
  EXPECT_EQ(budget.Judge(Line(), kNow), LogBudget::Verdict::kLastWarning);
  EXPECT_EQ(budget.Judge(Line(), kNow), LogBudget::Verdict::kDrop);
}

TEST(LogBudget, AlwaysTakesTheOutcome) {
  LogBudget budget(0);
  budget.Judge(Line(), kNow);
  v1::WorkerEvent event;
  event.mutable_finished();
  EXPECT_EQ(budget.Judge(event, kNow), LogBudget::Verdict::kTake);
}

TEST(LogBudget, TakesFiftyProgressEventsAtOnceThenTenASecond) {
  LogBudget budget(10);
  const auto taken = [&](absl::Time time) {
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      count += budget.Judge(Progress(), time) == LogBudget::Verdict::kTake;
    }
    return count;
  };
  EXPECT_EQ(taken(kNow), 50);
  EXPECT_EQ(taken(kNow + absl::Seconds(2)), 20);
  EXPECT_EQ(taken(kNow + absl::Hours(1)), 50);
}

TEST(LogBudget, TakesManyResultsButNotAnyNumber) {
  LogBudget budget(0);
  v1::WorkerEvent event;
  event.mutable_produced()->set_last(true);
  const auto taken = [&](absl::Time time) {
    int count = 0;
    for (int i = 0; i < 5000; ++i) {
      count += budget.Judge(event, time) == LogBudget::Verdict::kTake;
    }
    return count;
  };
  EXPECT_EQ(taken(kNow), 2000);
  EXPECT_EQ(taken(kNow + absl::Seconds(3)), 300);
}

TEST(CleanEvent, LeavesOutFramesWithoutTimesAndTooManyOfThem) {
  v1::WorkerEvent event;
  v1::Produced& produced = *event.mutable_produced();
  produced.set_end_ms(std::nan(""));
  produced.add_frames()->set_begin_ms(std::nan(""));
  for (int i = 0; i < 5000; ++i) produced.add_frames()->set_end_ms(1);
  const v1::WorkerEvent clean = CleanEvent(event);
  EXPECT_EQ(clean.produced().end_ms(), 0);
  EXPECT_EQ(clean.produced().frames_size(), 4096);
  EXPECT_EQ(clean.produced().frames(0).end_ms(), 1);
}

}  // namespace
}  // namespace miv::server
