// Build steps under MPI: the same bytes as one rank alone writes, reports of
// every rank, and an orderly end when told to stop or when one rank fails.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "absl/strings/match.h"
#include "common/base/files.h"
#include "tests/support/mpi_world.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using ::testing::SizeIs;

constexpr char kExample[] =
    MIV_SOURCE_DIR "/examples/microcircuit/pipeline.yaml";
constexpr char kSmall[] =
    MIV_SOURCE_DIR "/tests/unit/worker/build/steps/small_network.yaml";

/// A directory that all ranks use; rank 0 makes and removes it.
class SharedDirectory {
 public:
  SharedDirectory() {
    auto& world = parallel::World();
    if (world.is_root()) own_ = std::make_unique<test::TempDirectory>();
    if (own_) path_ = own_->path();
    world.Broadcast(&path_);
  }
  ~SharedDirectory() { parallel::World().Barrier(); }
  const std::string& path() const { return path_; }

 private:
  std::unique_ptr<test::TempDirectory> own_;
  std::string path_;
};

class BuildStepsOnRanks : public ::testing::TestWithParam<const char*> {};

TEST_P(BuildStepsOnRanks, WriteTheBytesThatOneRankWrites) {
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

INSTANTIATE_TEST_SUITE_P(Pipelines, BuildStepsOnRanks,
                         ::testing::Values(kExample, kSmall),
                         [](const auto& info) {
                           return info.param == kExample ? "Example" : "Small";
                         });

/// Runs the chain up to `last`, whose status is returned.
absl::Status RunUntil(const Chain& chain, const std::string& last,
                      const std::string& output, GeometryProvider& geometry,
                      RecordingObserver& observer) {
  RecordingObserver quiet;
  for (const std::size_t index : chain.pipeline.order) {
    const auto& step = chain.pipeline.steps[index];
    const bool is_last = step.name == last;
    const absl::Status status = RunStep(chain, step, output, parallel::World(),
                                        geometry, is_last ? observer : quiet)
                                    .status();
    if (is_last || !status.ok()) return status;
  }
  return absl::NotFoundError(last);
}

TEST(BuildStepsOnRanks, StopTogetherWhenAsked) {
  for (const char* step : {"network", "synapses_PYR", "connections_PYR"}) {
    const SharedDirectory directory;
    NativeGeometryProvider geometry;
    RecordingObserver observer;
    observer.polls_before_cancel = 1;
    const auto chain = LoadChain(kSmall);
    ASSERT_TRUE(chain.ok());
    EXPECT_EQ(
        RunUntil(*chain, step, directory.path(), geometry, observer).code(),
        absl::StatusCode::kCancelled)
        << step;
  }
}

/// Fails on the last rank only.
class FailingProvider final : public GeometryProvider {
 public:
  absl::StatusOr<build::CellGeometry> GeometryOf(
      const std::string& population, const std::string& template_name,
      const neuroh5::Tree& tree) override {
    auto& world = parallel::World();
    if (world.rank() == world.size() - 1)
      return absl::InvalidArgumentError("the template does not like it");
    return native_.GeometryOf(population, template_name, tree);
  }

 private:
  NativeGeometryProvider native_;
};

TEST(BuildStepsOnRanks, ReportTheErrorOfOneRankOnAll) {
  const SharedDirectory directory;
  FailingProvider geometry;
  RecordingObserver observer;
  const auto chain = LoadChain(kSmall);
  ASSERT_TRUE(chain.ok());
  const absl::Status status =
      RunUntil(*chain, "synapses_PYR", directory.path(), geometry, observer);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(
      absl::StrContains(status.message(), "the template does not like it"))
      << status;
}

}  // namespace
}  // namespace miv::worker
