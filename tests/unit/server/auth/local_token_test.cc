#include "server/auth/local_token.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/fault.h"
#include "common/base/files.h"
#include "tests/support/temp_directory.h"

namespace miv::server {
namespace {

TEST(LocalToken, IsSixtyFourHexDigitsThatOnlyTheOwnerCanRead) {
  const test::TempDirectory directory;
  const auto token = CreateLocalToken(directory / "token");
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->size(), 64u);
  EXPECT_EQ(token->find_first_not_of("0123456789abcdef"), std::string::npos);
  struct stat info {};
  ASSERT_EQ(::stat((directory / "token").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777u, 0600u);
  EXPECT_EQ(ReadLocalToken(directory / "token").value(), *token);
}

TEST(LocalToken, DiffersEveryTime) {
  const test::TempDirectory directory;
  EXPECT_NE(CreateLocalToken(directory / "a").value(),
            CreateLocalToken(directory / "a").value());
}

TEST(LocalToken, IsKeptWhereThereIsOne) {
  const test::TempDirectory directory;
  const auto first = ReadOrCreateLocalToken(directory / "token");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(ReadOrCreateLocalToken(directory / "token").value(), *first);
}

TEST(LocalToken, FileThatOthersCanOpenIsDenied) {
  const test::TempDirectory directory;
  ASSERT_TRUE(CreateLocalToken(directory / "token").ok());
  ASSERT_EQ(::chmod((directory / "token").c_str(), 0640), 0);
  const absl::Status status = ReadLocalToken(directory / "token").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(FaultOf(status)->found, "mode 0640");
  EXPECT_EQ(ReadOrCreateLocalToken(directory / "token").status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(LocalToken, FileOfAnotherUserIsDenied) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const test::TempDirectory directory;
  ASSERT_TRUE(CreateLocalToken(directory / "token").ok());
  ASSERT_EQ(::chown((directory / "token").c_str(), 12345, 12345), 0);
  EXPECT_EQ(ReadLocalToken(directory / "token").status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(LocalToken, AbsentAndCorruptFilesAreTold) {
  const test::TempDirectory directory;
  EXPECT_EQ(ReadLocalToken(directory / "token").status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(directory / "token", "abc\n", 0600).ok());
  EXPECT_EQ(ReadLocalToken(directory / "token").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(BearerToken, TakesWhatFollowsTheScheme) {
  EXPECT_EQ(BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(BearerToken("bearer  abc "), "abc");
  EXPECT_EQ(BearerToken("Basic abc"), "");
  EXPECT_EQ(BearerToken("Bearer"), "");
  EXPECT_EQ(BearerToken(""), "");
}

TEST(TokensEqual, ComparesAllOfBoth) {
  EXPECT_TRUE(TokensEqual("abc", "abc"));
  EXPECT_FALSE(TokensEqual("abc", "abd"));
  EXPECT_FALSE(TokensEqual("abc", "abcd"));
  EXPECT_FALSE(TokensEqual("abc", ""));
}

}  // namespace
}  // namespace miv::server
