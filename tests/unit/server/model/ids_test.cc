#include "server/model/ids.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/random/random.h"

namespace miv::server {
namespace {

TEST(JobId, MadeOnesAreDistinctAndParse) {
  absl::BitGen random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const JobId id = JobId::New(random);
    EXPECT_EQ(JobId::Parse(id.text()).value(), id);
    seen.insert(id.text());
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(JobId, RefusesOtherTexts) {
  for (const char* text :
       {"", "j", "g0123456789ab", "j0123456789a", "j0123456789abc",
        "j0123456789aB", "j0123456789/.", "../../../../x"}) {
    EXPECT_EQ(JobId::Parse(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(JobId, IsNoGroupId) {
  EXPECT_TRUE(GroupId::Parse("g0123456789ab").ok());
  EXPECT_FALSE(GroupId::Parse("j0123456789ab").ok());
}

TEST(AttemptId, IsJobIndexAndNumber) {
  const AttemptId id{{JobId::Parse("j0123456789ab").value(), 3}, 2};
  EXPECT_EQ(id.text(), "j0123456789ab-3-2");
  EXPECT_EQ(AttemptId::Parse("j0123456789ab-3-2").value(), id);
}

TEST(AttemptId, RefusesOtherTexts) {
  for (const char* text :
       {"", "j0123456789ab-3", "j0123456789ab-3-0", "j0123456789ab--1-1",
        "j0123456789ab-3-1-1", "j0123456789ab-x-1", "k0123456789ab-3-1"}) {
    EXPECT_EQ(AttemptId::Parse(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace miv::server
