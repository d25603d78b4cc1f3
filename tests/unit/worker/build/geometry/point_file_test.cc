#include "worker/build/geometry/point_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace miv::build {
namespace {

using ::testing::ElementsAre;

TEST(ParsePoints, ReadsThreeColumnsWithOrWithoutAHeading) {
  for (const char* text :
       {"1 2 3\n-4.5 5e1 6\n", "x,y,z\r\n1,2,3\r\n-4.5, 50, 6\r\n",
        "\xef\xbb\xbf# um\n\nX\tY\tZ\n 1\t2\t3 \n# end\n-4.5 50 6"}) {
    const auto points = ParsePoints(text, "p.txt");
    ASSERT_TRUE(points.ok()) << points.status();
    EXPECT_THAT(*points, ElementsAre(Point3{1, 2, 3}, Point3{-4.5, 50, 6}));
  }
}

TEST(ParsePoints, NamesTheLineOfAMistake) {
  const auto message = [](const char* text) {
    return std::string(ParsePoints(text, "p.txt").status().message());
  };
  const std::string remedy = ". Write one point a line, three numbers each.";
  EXPECT_EQ(message("1 2 3\n1 2\n"),
            "p.txt:2: wrong number of columns; expected x, y and z in um, "
            "found \"1 2\"" +
                remedy);
  EXPECT_EQ(
      message("1 2 3\nx y z\n"),
      "p.txt:2: not a number; expected x, y and z in um, found \"x\"" + remedy);
  EXPECT_EQ(message("1 2 inf"),
            "p.txt:1: not a number; expected x, y and z in um, found \"inf\"" +
                remedy);
  EXPECT_EQ(
      message("y z x\n"),
      "p.txt:1: not a number; expected x, y and z in um, found \"y\"" + remedy);
  EXPECT_EQ(
      message("# nothing\n"),
      "p.txt: the file has no points; expected x, y and z in um" + remedy);
}

}  // namespace
}  // namespace miv::build
