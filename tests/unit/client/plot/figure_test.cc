#include "client/plot/figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "common/base/files.h"

namespace miv::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;

TEST(ParseSize, ReadsWidthAndHeight) {
  EXPECT_THAT(*ParseSize("1600x900"), Pair(1600, 900));
}

TEST(ParseSize, RefusesWhatIsNoPictureSize) {
  for (const char* text : {"", "800", "800x", "10x10", "800x600x2", "axb",
                           "-800x600", "100000x600"})
    EXPECT_EQ(ParseSize(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
}

TEST(Quoted, ShowsEveryCharacterAsItIs) {
  EXPECT_EQ(Quoted("run"), "\"run\"");
  // Enhanced text makes a subscript of "_": gnuplot wants \_ and the quotes
  // take one backslash away.
  EXPECT_EQ(Quoted("a_b"), "\"a\\\\_b\"");
  EXPECT_EQ(Quoted("say \"x\""), "\"say \\\"x\\\"\"");
}

TEST(RoundStep, IsOneTwoOrFiveTimesAPowerOfTen) {
  EXPECT_DOUBLE_EQ(RoundStep(500, 10), 50);
  EXPECT_DOUBLE_EQ(RoundStep(1000, 10), 100);
  EXPECT_DOUBLE_EQ(RoundStep(130, 10), 20);
  EXPECT_DOUBLE_EQ(RoundStep(0.7, 10), 0.1);
  EXPECT_DOUBLE_EQ(RoundStep(90, 10), 10);
}

TEST(WithThousands, GroupsFromTenThousandOn) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(9999), "9999");
  EXPECT_EQ(WithThousands(10000), "10\u2009000");
  EXPECT_EQ(WithThousands(1234567), "1\u2009234\u2009567");
}

TEST(Colour, RepeatsAfterTheEighth) {
  EXPECT_EQ(Colour(0), "#0072b2");
  EXPECT_NE(Colour(0), Colour(1));
  EXPECT_EQ(Colour(8), Colour(0));
}

TEST(ThinnedLine, KeepsEveryPointOfAShortLine) {
  EXPECT_EQ(ThinnedLine({0.0, 1.0}, {2.0, 3.0}, 5), "0 2\n1 3\n");
}

TEST(ThinnedLine, KeepsThePeaksInTheirOrder) {
  // Two columns of four samples: of each its lowest and highest, as they come.
  EXPECT_EQ(ThinnedLine({0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0},
                        {0.0, 9.0, 1.0, -5.0, 2.0, 2.0, 2.0, 2.0}, 2),
            "1 9\n3 -5\n4 2\n7 2\n");
}

TEST(Preamble, KnowsPngAndSvg) {
  EXPECT_THAT(*Preamble({.output = "a.png"}), HasSubstr("pngcairo"));
  EXPECT_THAT(*Preamble({.output = "a.svg"}), HasSubstr("terminal svg"));
  EXPECT_EQ(FaultOf(Preamble({.output = "a.pdf"}).status())->reason,
            "UNKNOWN_PICTURE_FORMAT");
}

TEST(Preamble, QuotesTheNameOfTheOutput) {
  EXPECT_THAT(*Preamble({.output = "it's.png"}), HasSubstr("'it''s.png'"));
}

/// Width and height in a PNG's header, big endian at bytes 16 and 20.
std::pair<int, int> PngSize(const std::string& bytes) {
  const auto at = [&](std::size_t k) {
    int value = 0;
    for (std::size_t i = k; i < k + 4; ++i)
      value = value * 256 + static_cast<unsigned char>(bytes[i]);
    return value;
  };
  return {at(16), at(20)};
}

TEST(Draw, MakesAPictureOfTheSizeAskedFor) {
  const std::string path = JoinPath(::testing::TempDir(), "draw.png");
  const FigureOptions options{.output = path, .width = 640, .height = 300};
  const auto status = Draw(*Preamble(options) + "plot sin(x)\n", options);
  if (absl::IsFailedPrecondition(status)) GTEST_SKIP() << status;
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(PngSize(*ReadFile(path)), Pair(640, 300));
}

TEST(Draw, PassesOnWhatGnuplotSays) {
  const FigureOptions options{.output = "/dev/null.png"};
  const auto status = Draw("plot nonsense(\n", options);
  if (absl::IsFailedPrecondition(status)) GTEST_SKIP() << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(FaultOf(status)->output, HasSubstr("nonsense"));
}

}  // namespace
}  // namespace miv::client
