// Build steps under MPI: an orderly end when told to stop or when one rank
// fails.

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "absl/strings/match.h"
#include "tests/support/shared_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using parallel::SharedDirectory;

constexpr char kSmall[] =
    MIV_SOURCE_DIR "/tests/unit/worker/build/steps/small_network.yaml";

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

/// The step, and the number of times that it asks before it is told to stop.
class StoppedBuildStep
    : public ::testing::TestWithParam<std::tuple<const char*, long>> {};

TEST_P(StoppedBuildStep, EndsOnAllRanks) {
  const auto& [step, polls] = GetParam();
  const SharedDirectory directory;
  NativeGeometryProvider geometry;
  RecordingObserver observer;
  observer.polls_before_cancel = polls;
  const auto chain = LoadChain(kSmall);
  ASSERT_TRUE(chain.ok());
  EXPECT_EQ(RunUntil(*chain, step, directory.path(), geometry, observer).code(),
            absl::StatusCode::kCancelled);
}

INSTANTIATE_TEST_SUITE_P(
    Points, StoppedBuildStep,
    ::testing::Combine(::testing::Values("network", "forest_PYR",
                                         "synapses_PYR", "connections_PYR",
                                         "graph"),
                       ::testing::Values(0, 1)));

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
