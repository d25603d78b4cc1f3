#include "common/base/digest.h"

#include <gtest/gtest.h>

#include "common/base/files.h"

namespace miv {
namespace {

// FIPS 180-4 example: the message "abc".
constexpr char kAbc[] =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, MatchesThePublishedExample) { EXPECT_EQ(DigestOf("abc"), kAbc); }

TEST(Digest, OfPiecesEqualsDigestOfTheWhole) {
  Sha256 sha;
  sha.Update("a");
  sha.Update("");
  sha.Update("bc");
  EXPECT_EQ(sha.Finish(), kAbc);
}

TEST(DigestOfFile, GivesDigestAndSize) {
  const std::string path = testing::TempDir() + "/digest_abc";
  ASSERT_TRUE(WriteFileAtomically(path, "abc").ok());
  const auto digest = DigestOfFile(path);
  ASSERT_TRUE(digest.ok()) << digest.status();
  EXPECT_EQ(digest->digest, kAbc);
  EXPECT_EQ(digest->size, 3);
}

TEST(DigestOfFile, ReportsAnAbsentFileAsNotFound) {
  EXPECT_EQ(DigestOfFile("/nowhere/at/all").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(IsDigest, AcceptsOnlyThePrefixAnd64LowerCaseHexDigits) {
  EXPECT_TRUE(IsDigest(kAbc));
  EXPECT_FALSE(IsDigest(std::string(kAbc).substr(7)));
  EXPECT_FALSE(IsDigest("sha256:abc"));
  EXPECT_FALSE(IsDigest(std::string("sha256:") + std::string(64, 'G')));
  EXPECT_FALSE(IsDigest(std::string("sha256:") + std::string(64, 'A')));
}

}  // namespace
}  // namespace miv
