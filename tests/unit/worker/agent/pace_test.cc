#include "worker/agent/pace.h"

#include <gtest/gtest.h>

#include <vector>

namespace miv::worker {
namespace {

using std::chrono::milliseconds;
using Time = Pace::Clock::time_point;

constexpr milliseconds kPeriod(200);

// When calls begin that take so long, on a clock of the test's own.
std::vector<Time> Begins(const std::vector<milliseconds>& calls) {
  Pace pace(kPeriod);
  Time now;
  std::vector<Time> begins;
  for (const milliseconds call : calls) {
    begins.push_back(now);
    pace.Begin(now);
    now += call;
    now += pace.Pause(now);
  }
  return begins;
}

TEST(Pace, CallsBeginOnceAPeriodHoweverLongTheyTake) {
  const auto begins =
      Begins({milliseconds(1), milliseconds(149), milliseconds(50),
              milliseconds(0), milliseconds(120)});
  for (std::size_t i = 0; i < begins.size(); ++i) {
    EXPECT_EQ(begins[i] - Time(), i * kPeriod);
  }
}

TEST(Pace, NewsOfASecondAreSentFiveTimes) {
  // Four a second are promised.
  const auto begins = Begins(std::vector<milliseconds>(50, milliseconds(30)));
  EXPECT_EQ(begins.back() - begins.front(), 49 * kPeriod);
}

TEST(Pace, LetsASlowServerBreathe) {
  const auto begins =
      Begins({milliseconds(500), milliseconds(190), milliseconds(1)});
  EXPECT_EQ(begins[1] - begins[0], milliseconds(550));
  EXPECT_EQ(begins[2] - begins[1], milliseconds(240));
}

}  // namespace
}  // namespace miv::worker
