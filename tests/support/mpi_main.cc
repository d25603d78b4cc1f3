// main() of tests that run under mpirun: every rank runs every test; rank 0
// reports progress, the others only what fails; a failure on any rank fails
// all.

#include <cstdint>
#include <cstdio>
#include <memory>

#include "gtest/gtest.h"
#include "tests/support/mpi_world.h"

namespace miv::parallel {
namespace {

std::unique_ptr<MpiRanks>& WorldSlot() {
  static auto* slot = new std::unique_ptr<MpiRanks>;
  return *slot;
}

/// Reports failures only, each with the rank it happened on.
class FailurePrinter : public testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : rank_(rank) {}

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "rank %d: %s:%d: %s\n", rank_,
                 result.file_name() ? result.file_name() : "",
                 result.line_number(), result.message());
  }

 private:
  int rank_;
};

int Run(int rank) {
  if (rank != 0) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailurePrinter(rank));
  }
  return RUN_ALL_TESTS();
}

}  // namespace

MpiRanks& World() { return *WorldSlot(); }

}  // namespace miv::parallel

int main(int argc, char** argv) {
  miv::parallel::MpiSession session(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  auto& world = miv::parallel::WorldSlot();
  world = miv::parallel::MpiRanks::World();
  const int failed = miv::parallel::Run(world->rank());
  const std::int64_t failed_anywhere = world->Sum(std::int64_t{failed != 0});
  world.reset();
  return failed_anywhere != 0 ? 1 : 0;
}
