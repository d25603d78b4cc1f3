#include "client/cli/format.h"

#include <gtest/gtest.h>

#include "client/cli/table.h"

namespace miv::client {
namespace {

TEST(DurationText, GrowsWithTheDuration) {
  EXPECT_EQ(DurationText(-1), "-");
  EXPECT_EQ(DurationText(0), "0 ms");
  EXPECT_EQ(DurationText(0.0421), "42 ms");
  EXPECT_EQ(DurationText(0.0996), "0.1 s");
  EXPECT_EQ(DurationText(9.94), "9.9 s");
  EXPECT_EQ(DurationText(9.96), "10 s");
  EXPECT_EQ(DurationText(59.6), "1 min 00 s");
  EXPECT_EQ(DurationText(125), "2 min 05 s");
  EXPECT_EQ(DurationText(3 * 3600 + 7 * 60), "3 h 07 min");
  EXPECT_EQ(DurationText(52 * 3600), "2 d 4 h");
}

TEST(CountText, HasThreeDigits) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(0.25), "0.25");
  EXPECT_EQ(CountText(12.5), "12.5");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(999.6), "1k");
  EXPECT_EQ(CountText(1234), "1.23k");
  EXPECT_EQ(CountText(80'000), "80k");
  EXPECT_EQ(CountText(3.456e6), "3.46M");
  EXPECT_EQ(CountText(-2000), "-2k");
  EXPECT_EQ(CountText(0.0 / 0.0), "-");
}

TEST(BytesText, CountsInPowersOfThousand) {
  EXPECT_EQ(BytesText(12), "12 B");
  EXPECT_EQ(BytesText(3400), "3.4 kB");
  EXPECT_EQ(BytesText(1'200'000'000), "1.2 GB");
}

TEST(TimeText, IsADateAndATime) {
  const auto time = absl::FromUnixSeconds(1'700'000'000);
  EXPECT_EQ(TimeText(time, absl::UTCTimeZone()), "2023-11-14 22:13:20");
  EXPECT_EQ(ClockText(time, absl::UTCTimeZone()), "22:13:20");
  EXPECT_EQ(TimeText(absl::UnixEpoch(), absl::UTCTimeZone()), "-");
}

TEST(Clipped, CountsCharactersNotBytes) {
  EXPECT_EQ(DisplayWidth("µ█x"), 3u);
  EXPECT_EQ(Clipped("µ█x", 3, true), "µ█x");
  EXPECT_EQ(Clipped("µ█xyz", 3, true), "µ█…");
  EXPECT_EQ(Clipped("abcd", 3, false), "ab~");
  EXPECT_EQ(Clipped("abcd", 0, true), "");
}

TEST(Pad, FillsUpToTheWidth) {
  EXPECT_EQ(PadRight("µV", 4), "µV  ");
  EXPECT_EQ(PadLeft("µV", 4), "  µV");
  EXPECT_EQ(PadLeft("long", 2), "long");
}

TEST(Printable, TakesTerminalCommandsAway) {
  EXPECT_EQ(Printable("a\x1b[31mb\tc\nd\x7f"), "a[31mb c\nd");
}

TEST(Plural, HasAnSForAllButOne) {
  EXPECT_EQ(Plural(0, "step"), "0 steps");
  EXPECT_EQ(Plural(1, "step"), "1 step");
}

TEST(Table, AlignsColumnsAndEndsLinesWithoutBlanks) {
  Table table({"STEP", ">TIME", "OUTPUT"});
  table.Add({"run", "12 s", "results.h5"});
  table.Add({"h5_types", "-"});
  EXPECT_EQ(table.Text(),
            "STEP      TIME  OUTPUT\n"
            "run       12 s  results.h5\n"
            "h5_types     -\n");
}

TEST(Table, CanHaveABoldHeading) {
  Table table({"A"});
  table.Add({"b"});
  EXPECT_EQ(table.Text({.bold = true}), "\x1b[1mA\x1b[0m\nb\n");
}

TEST(Table, IsCutToTheWidthOfATerminal) {
  Table table({"STEP", "OUTPUT"});
  table.Add({"run", "results.h5"});
  EXPECT_EQ(table.Text({.width = 10, .utf8 = false}),
            "STEP  OUT~\nrun   res~\n");
}

}  // namespace
}  // namespace miv::client
