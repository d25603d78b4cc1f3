// Build steps under MPI: the same bytes as one rank alone writes, and reports
// of every rank.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <numeric>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/support/shared_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using parallel::SharedDirectory;
using ::testing::Each;
using ::testing::Gt;
using ::testing::SizeIs;

constexpr char kExample[] =
    MIV_SOURCE_DIR "/examples/microcircuit/pipeline.yaml";
constexpr char kSmall[] =
    MIV_SOURCE_DIR "/tests/unit/worker/build/steps/small_network.yaml";

// The stamps that HDF5 would store have a resolution of one second.
void WaitTwoSeconds() {
  const std::time_t start = std::time(nullptr);
  while (std::time(nullptr) < start + 2) absl::SleepFor(absl::Milliseconds(50));
}

class BuildBytes : public ::testing::TestWithParam<std::string> {};

TEST_P(BuildBytes, AreThoseThatOneRankWritesLater) {
  auto& world = parallel::World();
  const SharedDirectory together, alone;
  NativeGeometryProvider geometry;
  RecordingObserver observer;
  const auto chain = LoadChain(GetParam());
  ASSERT_TRUE(chain.ok()) << chain.status();
  const auto reports =
      RunChain(*chain, together.path(), world, geometry, observer);
  ASSERT_TRUE(reports.ok()) << reports.status();
  world.Barrier();
  if (!world.is_root()) return;
  if (GetParam() == kSmall) WaitTwoSeconds();
  parallel::SingleRank single;
  RecordingObserver unheard;
  const auto reference =
      RunChain(*chain, alone.path(), single, geometry, unheard);
  ASSERT_TRUE(reference.ok()) << reference.status();
  EXPECT_EQ(*DigestsBelow(together.path()), *DigestsBelow(alone.path()));
  EXPECT_EQ(observer.warnings, unheard.warnings);
  for (const auto& [step, report] : *reports) {
    for (const char* item : {"cells", "synapses", "edges"}) {
      const auto per_rank = report.at(item).get<std::vector<std::int64_t>>();
      EXPECT_THAT(per_rank, SizeIs(world.size()));
      const auto most = std::max_element(per_rank.begin(), per_rank.end());
      if (std::string(item) == "cells" && *most > 1) {
        EXPECT_THAT(per_rank, Each(Gt(0))) << step << " leaves a rank idle";
      }
      EXPECT_EQ(std::accumulate(per_rank.begin(), per_rank.end(), 0ll),
                reference->at(step).at(item)[0].get<std::int64_t>())
          << step << " " << item;
    }
    if (report.contains("projections")) {
      EXPECT_EQ(report.at("projections"),
                reference->at(step).at("projections"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Pipelines, BuildBytes,
                         ::testing::Values(kExample, kSmall),
                         [](const auto& info) {
                           return info.param == kSmall ? "Small" : "Example";
                         });

}  // namespace
}  // namespace miv::worker
