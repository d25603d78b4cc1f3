#include "common/base/text.h"

#include <gtest/gtest.h>

namespace miv {
namespace {

TEST(ValidUtf8, KeepsWellFormedText) {
  const std::string text = "a\xC2\xB5V \xE2\x82\xAC \xF0\x9F\xA7\xA0";
  EXPECT_EQ(ValidUtf8(text), text);
}

TEST(ValidUtf8, ReplacesEachBadByte) {
  EXPECT_EQ(ValidUtf8("a\xFF"
                      "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(ValidUtf8("\xC2"), "\xEF\xBF\xBD");
  // Overlong '/', and the surrogate U+D800: table 3-7 of Unicode refuses both.
  EXPECT_EQ(ValidUtf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(ValidUtf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Shortened, LeavesShortTextAlone) { EXPECT_EQ(Shortened("abc", 3), "abc"); }

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(Shortened("abcdefgh", 6), "abc...");
  // 5 - 3 = 2 bytes left, the second of which would split the two-byte micro.
  EXPECT_EQ(Shortened("a\xC2\xB5xyz", 5), "a...");
  EXPECT_EQ(Shortened("abcd", 2), "..");
}

}  // namespace
}  // namespace miv
