// ThreadPool and Loop.

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"
#include "server/jobs/loop.h"
#include "server/jobs/thread_pool.h"

namespace miv::server {
namespace {

TEST(ThreadPool, RunsEverythingThatIsPosted) {
  ThreadPool pool(2);
  std::atomic<int> sum{0};
  for (int i = 1; i <= 100; ++i) pool.Post([&sum, i] { sum += i; });
  pool.Drain();
  EXPECT_EQ(sum, 5050);
}

TEST(ThreadPool, StopFinishesWhatRunsAndDropsTheRest) {
  ThreadPool pool(1);
  absl::Notification running, release;
  std::atomic<int> ran{0};
  pool.Post([&] {
    running.Notify();
    release.WaitForNotification();
    ++ran;
  });
  pool.Post([&] { ++ran; });
  running.WaitForNotification();
  std::thread stop([&] { pool.Stop(); });
  release.Notify();
  stop.join();
  pool.Post([&] { ++ran; });
  EXPECT_LE(ran, 2);
  EXPECT_GE(ran, 1);
}

TEST(Loop, RunsWhenStartedAndWhenWoken) {
  absl::Notification first, second;
  int runs = 0;
  Loop loop([&] {
    ++runs;
    if (runs == 1) first.Notify();
    if (runs == 2) second.Notify();
    return absl::InfiniteDuration();
  });
  loop.Start();
  first.WaitForNotification();
  loop.Wake();
  second.WaitForNotification();
}

TEST(Loop, RunsAgainAfterThePause) {
  absl::Notification third;
  int runs = 0;
  Loop loop([&] {
    if (++runs == 3) third.Notify();
    return absl::Milliseconds(1);
  });
  loop.Start();
  third.WaitForNotification();
}

TEST(Loop, CanBeWokenBeforeItStartsAndAfterItStopped) {
  int runs = 0;
  Loop loop([&] {
    ++runs;
    return absl::InfiniteDuration();
  });
  loop.Wake();
  EXPECT_EQ(runs, 0);
  loop.Stop();
  loop.Wake();
}

}  // namespace
}  // namespace miv::server
