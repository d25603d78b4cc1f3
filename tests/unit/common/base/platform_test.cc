#include "common/base/platform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv {
namespace {

TEST(NumericPlatform, NamesProcessorLibraryAndCompiler) {
  const auto platform = NumericPlatform();
  ASSERT_EQ(platform.size(), 3);
  EXPECT_THAT(platform["libc"].get<std::string>(),
              testing::MatchesRegex("glibc [0-9]+\\.[0-9]+.*"));
  EXPECT_THAT(platform["compiler"].get<std::string>(),
              testing::MatchesRegex("(GCC|clang) [0-9]+\\.[0-9]+.*"));
  EXPECT_FALSE(platform["cpu_level"].get<std::string>().empty());
  EXPECT_EQ(platform, NumericPlatform());
}

}  // namespace
}  // namespace miv
