// The gap junctions of the small network, as read back from the file.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <tuple>

#include "common/neuroh5/names.h"
#include "common/neuroh5/projection.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/validate.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/worker/build/steps/build_chain.h"

namespace miv::worker {
namespace {

using ::testing::IsEmpty;

// Section, position and coupling at source and destination.
using Half =
    std::tuple<std::uint32_t, float, float, std::uint32_t, float, float>;
using Halves = std::map<std::pair<std::uint32_t, std::uint32_t>, Half>;

// By (destination, source).
Halves Read(const neuroh5::Reader& reader, const std::string& dst,
            const std::string& src) {
  using neuroh5::ValueType;
  const neuroh5::EdgeAttributeName names[] = {
      {neuroh5::kLocation, neuroh5::kGapSourceSection, ValueType::kU32},
      {neuroh5::kLocation, neuroh5::kGapSourcePosition, ValueType::kF32},
      {neuroh5::kCouplingStrength, neuroh5::kSource, ValueType::kF32},
      {neuroh5::kLocation, neuroh5::kGapDestinationSection, ValueType::kU32},
      {neuroh5::kLocation, neuroh5::kGapDestinationPosition, ValueType::kF32},
      {neuroh5::kCouplingStrength, neuroh5::kDestination, ValueType::kF32}};
  const auto projection = *neuroh5::Projection::Open(reader, {dst, src});
  const auto edges = *projection.Read(neuroh5::Selection::All(), names);
  const auto whole = [&](std::size_t a, std::size_t e) {
    return std::get<std::vector<std::uint32_t>>(edges.attributes[a])[e];
  };
  const auto real = [&](std::size_t a, std::size_t e) {
    return std::get<std::vector<float>>(edges.attributes[a])[e];
  };
  Halves halves;
  for (std::size_t i = 0; i < edges.dst_gids.size(); ++i)
    for (std::size_t e = edges.offsets[i]; e < edges.offsets[i + 1]; ++e)
      halves[{edges.dst_gids[i], edges.src_gids[e]}] = {
          whole(0, e), real(1, e), real(2, e),
          whole(3, e), real(4, e), real(5, e)};
  EXPECT_EQ(halves.size(), projection.edges()) << "a pair is stored twice";
  return halves;
}

// The same junctions seen from the other cell.
Halves Mirrored(const Halves& halves) {
  Halves mirrored;
  for (const auto& [gids, half] : halves) {
    const auto& [s1, x1, c1, s2, x2, c2] = half;
    mirrored[{gids.second, gids.first}] = {s2, x2, c2, s1, x1, c1};
  }
  return mirrored;
}

TEST(GapJunctionsStep, WritesSymmetricJunctions) {
  const test::TempDirectory directory;
  NativeGeometryProvider geometry;
  RecordingObserver observer;
  parallel::SingleRank ranks;
  const auto chain = LoadChain(
      MIV_SOURCE_DIR "/tests/unit/worker/build/steps/small_network.yaml");
  ASSERT_TRUE(chain.ok()) << chain.status();
  const auto run =
      RunChain(*chain, directory.path(), ranks, geometry, observer);
  ASSERT_TRUE(run.ok()) << run.status();
  const std::string path = directory / "gaps/gap_junctions.h5";
  EXPECT_THAT(neuroh5::Validate(path), IsEmpty());
  const auto reader = *neuroh5::Reader::Open(path);
  const Halves own = Read(reader, "PYR", "PYR");
  const Halves to_olm = Read(reader, "OLM", "PYR");
  EXPECT_EQ(Mirrored(own), own);
  EXPECT_EQ(Mirrored(to_olm), Read(reader, "PYR", "OLM"));
  const nlohmann::json& report = run->at("gaps").at("gap_junctions");
  // In the order of the names: PYR with OLM, PYR with PYR.
  const auto expected = [&](int pair, double probability) {
    return std::nearbyint(probability *
                          report[pair]["pairs_in_reach"].get<double>());
  };
  EXPECT_EQ(static_cast<double>(to_olm.size()), expected(0, 0.4));
  EXPECT_EQ(static_cast<double>(own.size()), 2 * expected(1, 0.5));
  EXPECT_GT(own.size(), 10u);
  EXPECT_GT(to_olm.size(), 2u);
  for (const auto& [gids, half] : own) EXPECT_NE(gids.first, gids.second);
  for (const auto& [gids, half] : to_olm) {
    EXPECT_GE(std::get<2>(half), 0);
    EXPECT_LE(std::get<2>(half), 0.5f * 1.1f);  // coefficient x weight at 0
  }
}

}  // namespace
}  // namespace miv::worker
