#include "server/shepherd/process_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <vector>

namespace miv::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Forks a child that runs `body`, then waits to be killed.  Returns when the
/// body is done.
template <typename Body>
pid_t Fork(Body body) {
  int ready[2] = {-1, -1};
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    body();
    [[maybe_unused]] const ssize_t n = ::write(ready[1], "x", 1);
    while (true) ::pause();
  }
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  ::close(ready[1]);
  return pid;
}

void End(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST(Descendants, AreParentsBeforeChildrenWithoutZombies) {
  pid_t* grandchild =
      static_cast<pid_t*>(::mmap(nullptr, sizeof(pid_t), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = Fork([&] {
    const pid_t zombie = ::fork();
    if (zombie == 0) ::_exit(0);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(zombie), &info, WEXITED | WNOWAIT);
    *grandchild = Fork([] {});
  });
  EXPECT_THAT(Descendants(::getpid()), ElementsAre(child, *grandchild));
  EXPECT_THAT(Descendants(*grandchild), IsEmpty());
  ::kill(*grandchild, SIGKILL);
  End(child);
}

TEST(MeasureTree, CountsPrivateMemoryAndThreads) {
  constexpr std::int64_t kBytes = 64 << 20;
  const pid_t child = Fork([] {
    void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memset(memory, 1, kBytes);
  });
  const TreeUsage usage = MeasureTree(::getpid(), INT64_MAX);
  End(child);
  EXPECT_GE(usage.memory_bytes, kBytes);
  EXPECT_LT(usage.memory_bytes, kBytes + (32 << 20));
  EXPECT_EQ(usage.tasks, 1);
}

// Two processes map the same 64 MiB: the quick sum has them twice, the exact
// one once.
TEST(MeasureTree, IsExactAboutSharedPagesWhenItMatters) {
  constexpr std::int64_t kBytes = 64 << 20;
  const pid_t child = Fork([] {
    void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    std::memset(memory, 1, kBytes);
    Fork([memory] {
      volatile const char* bytes = static_cast<const char*>(memory);
      for (std::int64_t i = 0; i < kBytes; i += 4096) (void)bytes[i];
    });
  });
  const TreeUsage quick = MeasureTree(::getpid(), INT64_MAX);
  const TreeUsage exact = MeasureTree(::getpid(), kBytes);
  for (const pid_t pid : Descendants(child)) ::kill(pid, SIGKILL);
  End(child);
  EXPECT_GE(quick.memory_bytes, 2 * kBytes);
  EXPECT_GE(exact.memory_bytes, kBytes);
  EXPECT_LT(exact.memory_bytes, kBytes + (32 << 20));
}

TEST(KillDescendants, LeavesNothingButTheChildToBeReaped) {
  const pid_t child = Fork([] { Fork([] {}); });
  EXPECT_TRUE(KillDescendants(child, std::nullopt, 5));
  EXPECT_THAT(Descendants(::getpid()), IsEmpty());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST(KillDescendants, OfNobodyIsDone) {
  EXPECT_TRUE(KillDescendants(0, std::nullopt, 0));
}

}  // namespace
}  // namespace miv::server
