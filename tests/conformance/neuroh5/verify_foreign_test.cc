// Verification of networks that other programs wrote, without a config.  The
// fixtures lie beside the repository and are not part of it.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "common/verify/verify.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace miv::verify {
namespace {

using testing::Contains;
using testing::Not;
using testing::Pair;

std::string Shared() {
  const char* shared = std::getenv("MIV_SHARED");
  return shared ? shared : MIV_SOURCE_DIR "/../shared";
}

// Offences of every check that was made, by "NAME SUBJECT".
std::map<std::string, std::uint64_t> OffencesIn(const std::string& directory) {
  const auto report = Verify(
      directory + "/cells.h5", directory + "/connections.h5",
      nlohmann::json::object(),
      [](absl::string_view, double, double) { return absl::OkStatus(); });
  EXPECT_TRUE(report.ok()) << report.status();
  std::map<std::string, std::uint64_t> offences;
  if (!report.ok()) return offences;
  EXPECT_EQ(report->tests, 0u);
  for (const Check& check : report->checks)
    if (check.verdict != Verdict::kSkipped)
      offences[check.name + " " + check.subject] = check.offences;
  return offences;
}

// The small network that MiV-Simulator's functions simulated.  Numbers are
// those of its README: three synapses of each of 8, 5 and 3 cells have no edge,
// and its synapses lie also at and beyond the ends of sections.
TEST(ForeignNetwork, OfASimulationIsFoundAsItsReadmeDescribesIt) {
  const std::string directory = Shared() + "/conformance/simulation/setA";
  if (!std::filesystem::exists(directory))
    GTEST_SKIP() << "no fixture " << directory << "; set MIV_SHARED";
  const auto found = OffencesIn(directory);
  EXPECT_THAT(found, Contains(Pair("file_sound cells", 0)));
  EXPECT_THAT(found, Contains(Pair("file_sound connections", 0)));
  EXPECT_THAT(found, Contains(Pair("synapses_connected PYR", 24)));
  EXPECT_THAT(found, Contains(Pair("synapses_connected PVBC", 15)));
  EXPECT_THAT(found, Contains(Pair("synapses_connected OLM", 9)));
  for (const char* population : {"PYR", "PVBC", "OLM"}) {
    const std::string of = population;
    EXPECT_GT(found.at("synapse_locations " + of), 0u);
    for (const char* check :
         {"synapse_ids ", "synapse_types ", "synapse_trees ",
          "synapse_sections ", "synapse_section_class ", "edge_synapse_once "})
      EXPECT_THAT(found, Contains(Pair(check + of, 0)));
  }
  for (const auto& [check, offences] : found) {
    if (check.rfind("edge_synapse_exists", 0) == 0) {
      EXPECT_EQ(offences, 0u) << check;
    }
  }
}

// Files of the original library whose edges name synapses that the cells do not
// have (README of the fixtures): read, and found wanting.
class OriginalFiles : public testing::TestWithParam<const char*> {};

TEST_P(OriginalFiles, AreReadAndTheirEdgesFoundWithoutSynapses) {
  const std::string directory = Shared() + "/conformance/neuroh5/" + GetParam();
  if (!std::filesystem::exists(directory))
    GTEST_SKIP() << "no fixture " << directory << "; set MIV_SHARED";
  const auto found = OffencesIn(directory);
  EXPECT_THAT(found, Contains(Pair("file_sound cells", 0)));
  EXPECT_THAT(found, Contains(Pair("types_agree network", 0)));
  // syn_id is 10 gid + k, of cells with up to five synapses: only those of gid
  // 0 exist.
  EXPECT_THAT(found, Contains(Pair("edge_synapse_exists PYR->PVBC", 10)));
  EXPECT_THAT(found, Contains(Pair("edge_synapse_exists PVBC->PYR", 7)));
  EXPECT_THAT(found, Not(Contains(Pair("edge_distance STIM->PYR", 0))));
}

INSTANTIATE_TEST_SUITE_P(Ranks, OriginalFiles,
                         testing::Values("np1", "np2", "pinned_np1",
                                         "pinned_np2"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace miv::verify
