#include "client/cli/progress_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/format.h"
#include "common/rpc/status.h"
#include "tests/unit/client/cli/event_maker.h"

namespace miv::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr Looks kPlainLooks{
    .width = 100, .height = 24, .utf8 = false, .colour = false};

absl::Time At(double seconds) {
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

TEST(Bar, FillsInEighthsOfACharacter) {
  EXPECT_EQ(Bar(0, 10, 4, true), "░░░░");
  EXPECT_EQ(Bar(5, 10, 4, true), "██░░");
  EXPECT_EQ(Bar(1, 16, 4, true), "▎░░░");  // 1/16 of 32 eighths = 2
  EXPECT_EQ(Bar(10, 10, 4, true), "████");
}

TEST(Bar, IsAsciiWithoutUtf8) {
  EXPECT_EQ(Bar(1, 2, 10, false), "[####----]");
  EXPECT_EQ(Bar(0, 0, 4, false), "[--]");
}

TEST(Bar, StaysWithinItsEnds) {
  EXPECT_EQ(Bar(20, 10, 4, false), "[##]");
  EXPECT_EQ(Bar(-5, 10, 4, false), "[--]");
}

TEST(ProgressLines, ShowsTheStateOfEveryStep) {
  EventMaker make;
  JobView view(JobWithSteps({"types", "network", "forest", "run"}));
  view.Apply(make.Job(10, v1::JOB_STATE_RUNNING));
  view.Apply(make.Task(10, "types", v1::TASK_STATE_CACHED));
  view.Apply(make.Task(11, "network", v1::TASK_STATE_LAUNCHING));
  view.Apply(make.Task(11.2, "network", v1::TASK_STATE_RUNNING));
  view.Apply(make.Task(14, "network", v1::TASK_STATE_SUCCEEDED));
  view.Apply(make.Task(14, "forest", v1::TASK_STATE_RUNNING));
  view.Apply(
      make.Progress(15, "forest", "grow trees", 1500, 8000, "cells", 500, 13));
  EXPECT_THAT(
      ProgressLines(view, At(17), kPlainLooks),
      ElementsAre(
          "circuit  j7  running  7.0 s",  //
          "  + types    cached",          //
          "  + network  done in 3.0 s",   //
          "  > forest   grow trees             [###--------------]  18%  "
          "1.5k/8k cells  500/s  ETA 13 s  3.0 s",
          "  . run      waiting"));
}

TEST(ProgressLines, NamesWhatFailed) {
  EventMaker make;
  JobView view(JobWithSteps({"run"}));
  view.Apply(make.Task(1, "run", v1::TASK_STATE_RUNNING, 2));
  v1::Event failed = make.Task(3, "run", v1::TASK_STATE_FAILED, 2);
  *failed.mutable_task_state()->mutable_error() =
      FaultToProto({.what = "no template"});
  view.Apply(failed);
  EXPECT_EQ(ProgressLines(view, At(9), kPlainLooks)[1],
            "  ! run  failed in 2.0 s (attempt 2): no template");
}

TEST(ProgressLines, LeaveOutFactsWhereTheTerminalIsNarrow) {
  EventMaker make;
  JobView view(JobWithSteps({"forest"}));
  view.Apply(make.Task(14, "forest", v1::TASK_STATE_RUNNING));
  view.Apply(
      make.Progress(15, "forest", "grow trees", 1500, 8000, "cells", 500, 13));
  Looks looks = kPlainLooks;
  looks.width = 60;
  EXPECT_THAT(ProgressLines(view, At(17), looks)[1],
              AllOf(HasSubstr("1.5k/8k cells"), HasSubstr("[-----]  18%"),
                    Not(HasSubstr("ETA")), HasSubstr("3.0 s")));
}

class ProgressLinesOfWidth : public ::testing::TestWithParam<int> {};

TEST_P(ProgressLinesOfWidth, AreNeverWider) {
  EventMaker make;
  JobView view(JobWithSteps(
      {"a_step_with_quite_a_long_name_that_must_be_cut", "run", "other"}));
  view.Apply(make.Job(1, v1::JOB_STATE_RUNNING));
  view.Apply(make.Task(1, "run", v1::TASK_STATE_RUNNING));
  view.Apply(make.Progress(2, "run", "simulating — a long phase name", 123.4,
                           500, "ms", 52, 7));
  for (const bool utf8 : {false, true})
    for (const bool colour : {false, true})
      for (const auto& line : ProgressLines(view, At(3),
                                            {.width = GetParam(),
                                            .height = 24,
                                            .utf8 = utf8,
                                            .colour = colour}))
        EXPECT_LT(VisibleWidth(line), static_cast<std::size_t>(GetParam()))
            << line;
}

INSTANTIATE_TEST_SUITE_P(Widths, ProgressLinesOfWidth,
                         ::testing::Values(5, 12, 20, 40, 60, 79, 80, 100,
                                           200));

TEST(ProgressLines, CountStepsThatDoNotFit) {
  EventMaker make;
  std::vector<std::string> names;
  for (int k = 0; k < 30; ++k) names.push_back("step" + std::to_string(k));
  JobView view(JobWithSteps(names));
  for (int k = 0; k < 20; ++k)
    view.Apply(make.Task(k, names[k], v1::TASK_STATE_CACHED));
  view.Apply(make.Task(21, "step20", v1::TASK_STATE_RUNNING));
  Looks looks = kPlainLooks;
  looks.height = 10;
  const auto lines = ProgressLines(view, At(22), looks);
  EXPECT_THAT(lines, SizeIs(9));  // and one for the cursor
  EXPECT_THAT(lines[1], StartsWith("  > step20"));
  EXPECT_THAT(lines[2], StartsWith("  . step21"));
  EXPECT_EQ(lines[8], "    20 done, 3 waiting");
}

TEST(ProgressLines, AreColouredOnRequest) {
  EventMaker make;
  JobView view(JobWithSteps({"types"}));
  view.Apply(make.Task(1, "types", v1::TASK_STATE_CACHED));
  const auto lines = ProgressLines(
      view, At(1), {.width = 80, .height = 24, .utf8 = true, .colour = true});
  EXPECT_EQ(lines[1], "  \x1b[32m✔\x1b[0m types  \x1b[2mcached\x1b[0m");
}

TEST(TransferLine, SaysHowMuchOfHowMuch) {
  EXPECT_EQ(TransferLine("fetch",
                         {.name = "run/results.h5",
                          .done_bytes = 5'000'000,
                          .total_bytes = 20'000'000,
                          .done_files = 1,
                          .total_files = 4},
                         2.0, kPlainLooks),
            "fetch  [####--------------]  5 MB of 20 MB  1/4 files  2.5 MB/s  "
            "run/results.h5");
}

TEST(Repaint, DrawsTheFirstTimeWhereTheCursorIs) {
  EXPECT_EQ(Repaint({}, {"a", "b"}, 80), "\ra\x1b[K\nb\x1b[K\n\x1b[J");
}

TEST(Repaint, GoesUpByTheLinesDrawnBefore) {
  EXPECT_THAT(Repaint({"a", "b"}, {"c"}, 80), StartsWith("\x1b[2A\r"));
}

TEST(Repaint, CountsTheRowsOfLinesThatHaveBeenWrapped) {
  // 25 columns take three rows of 10; colour sequences take none.
  const std::string line = "\x1b[1m" + std::string(25, 'x') + "\x1b[0m";
  EXPECT_THAT(Repaint({line, ""}, {"c"}, 10), StartsWith("\x1b[4A\r"));
}

}  // namespace
}  // namespace miv::client
