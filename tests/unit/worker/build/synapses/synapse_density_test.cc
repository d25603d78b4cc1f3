#include "worker/build/synapses/synapse_density.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace miv::build {
namespace {

using ::testing::HasSubstr;

std::string MessageFor(const DensityTable& table) {
  return std::string(ValidateDensityTable(table).message());
}

TEST(ValidateDensityTable, AcceptsWhatModelsUse) {
  const DensityTable table = {{4, kExcitatory, {{8, 3.5, 0.1}, {{}, 0, 0.1}}},
                              {4, kInhibitory, {{8, 0.1, 0}}},
                              {1, kModulatory, {}}};
  EXPECT_TRUE(ValidateDensityTable(table).ok());
}

TEST(ValidateDensityTable, NamesClassTypeAndLayer) {
  EXPECT_THAT(MessageFor({{4, kExcitatory, {{8, -1, 0}}}}),
              HasSubstr("density of apical excitatory: the mean in layer 8 is "
                        "-1, expected 0 or more"));
  EXPECT_THAT(MessageFor({{3, kInhibitory, {{{}, 1, NAN}}}}),
              HasSubstr("density of basal inhibitory: the variance in the "
                        "default layer is nan"));
  EXPECT_THAT(MessageFor({{3, kInhibitory, {{5, 1, 0}, {5, 2, 0}}}}),
              HasSubstr("layer 5 is listed twice"));
  EXPECT_THAT(MessageFor({{3, kInhibitory, {}}, {3, kInhibitory, {}}}),
              HasSubstr("is given twice"));
  EXPECT_THAT(MessageFor({{9, kInhibitory, {}}}),
              HasSubstr("section class does not exist"));
  EXPECT_THAT(MessageFor({{3, 7, {}}}),
              HasSubstr("synapse type does not exist"));
}

}  // namespace
}  // namespace miv::build
