// Files that are sound but hold nothing to draw.

#include <gtest/gtest.h>

#include "client/results/results.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/writer.h"

namespace miv::client {
namespace {

std::string NetworkFile() {
  const std::string path = JoinPath(::testing::TempDir(), "network_only.h5");
  auto writer = neuroh5::Writer::Create(
      path, neuroh5::FileAccess(),
      *neuroh5::MakeTypes({{"PYR", 100, 3}}, {{"PYR", "PYR"}}));
  EXPECT_TRUE(writer.ok()) << writer.status();
  EXPECT_TRUE(writer->Close().ok());
  return path;
}

TEST(ReadSpikes, SaysThatThereAreNone) {
  const auto trains = ReadSpikes(NetworkFile());
  EXPECT_EQ(trains.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FaultOf(trains.status())->reason, "NO_SPIKES");
}

TEST(ReadElectrodes, SaysThatThereAreNone) {
  const auto electrodes = ReadElectrodes(NetworkFile());
  EXPECT_EQ(electrodes.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FaultOf(electrodes.status())->reason, "NO_LFP");
}

}  // namespace
}  // namespace miv::client
