#include "worker/build/connectivity/synapse_partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace miv::build {
namespace {

using ::testing::HasSubstr;

constexpr std::uint8_t kExc = 0, kInh = 1, kBasalClass = 3, kApicalClass = 4;

TEST(SynapsePartition, SharesACategoryByItsProportions) {
  const auto partition = SynapsePartition::Create(
      std::vector<ProjectionRule>{{"STIM", kExc, {{kBasalClass, 5, 0.3}}},
                                  {"PYR", kExc, {{kBasalClass, 5, 0.7}}}});
  ASSERT_TRUE(partition.ok()) << partition.status();
  const int category = partition->CategoryOf(kExc, kBasalClass, 5);
  ASSERT_GE(category, 0);
  KeyedRng rng(0, "partition test", 0);
  constexpr int kDraws = 20000;
  int first = 0;
  for (int i = 0; i < kDraws; ++i)
    first += partition->Choose(category, rng) == 0;
  EXPECT_NEAR(first, 0.3 * kDraws, 4 * std::sqrt(0.21 * kDraws));
}

TEST(SynapsePartition, TakesNoRandomNumberWithoutAChoice) {
  const auto partition = SynapsePartition::Create(std::vector<ProjectionRule>{
      {"PVBC", kInh, {{kBasalClass, 5, 1}, {kApicalClass, -1, 1}}}});
  ASSERT_TRUE(partition.ok());
  KeyedRng used(0, "partition test", 1), fresh(0, "partition test", 1);
  EXPECT_EQ(
      partition->Choose(partition->CategoryOf(kInh, kApicalClass, -1), used),
      0u);
  EXPECT_EQ(used.NextU32(), fresh.NextU32());
}

TEST(SynapsePartition, KnowsWhatNoProjectionTakes) {
  const auto partition = SynapsePartition::Create(
      std::vector<ProjectionRule>{{"PVBC", kInh, {{kBasalClass, 5, 1}}}});
  ASSERT_TRUE(partition.ok());
  EXPECT_EQ(partition->CategoryOf(kExc, kBasalClass, 5), -1);
  EXPECT_EQ(partition->CategoryOf(kInh, kApicalClass, 5), -1);
  EXPECT_EQ(partition->CategoryOf(kInh, kBasalClass, 6), -1);
  EXPECT_EQ(partition->CategoryOf(17, 200, -5), -1);
}

std::string MessageFor(std::vector<ProjectionRule> rules) {
  return std::string(SynapsePartition::Create(rules).status().message());
}

TEST(SynapsePartition, RefusesProportionsThatDoNotSumToOne) {
  EXPECT_THAT(MessageFor({{"STIM", kExc, {{kBasalClass, 5, 0.5}}},
                          {"PYR", kExc, {{kBasalClass, 5, 0.4}}}}),
              HasSubstr("the proportions of excitatory synapses on basal in "
                        "layer 5 sum to 0.9 over all projections"));
  EXPECT_EQ(MessageFor({{"STIM", kExc, {{kBasalClass, 5, 0.333333}}},
                        {"PYR", kExc, {{kBasalClass, 5, 0.666666}}}}),
            "");
}

TEST(SynapsePartition, RefusesRulesThatMakeNoSense) {
  EXPECT_THAT(
      MessageFor(
          {{"PYR", kExc, {{kBasalClass, 5, 0.5}, {kBasalClass, 5, 0.5}}}}),
      HasSubstr("projection from PYR: excitatory synapses on basal in "
                "layer 5 is listed twice"));
  EXPECT_THAT(MessageFor({{"PYR", kExc, {{kBasalClass, 5, -1}}}}),
              HasSubstr("is -1, expected a positive number"));
  EXPECT_THAT(MessageFor({{"PYR", kExc, {{kBasalClass, 5, 1}}, 0.5}}),
              HasSubstr("contacts is 0.5, expected 1 or more"));
  EXPECT_THAT(MessageFor({{"PYR", 3, {{kBasalClass, 5, 1}}}}),
              HasSubstr("no synapses of type 3"));
  EXPECT_THAT(MessageFor({{"PYR", kExc, {{0, 5, 1}}}}),
              HasSubstr("on class 0"));
}

TEST(SynapseTypeName, NamesTheThreeTypes) {
  EXPECT_EQ(SynapseTypeName(0), "excitatory");
  EXPECT_EQ(SynapseTypeName(2), "modulatory");
  EXPECT_EQ(SynapseTypeName(5), "type 5");
}

}  // namespace
}  // namespace miv::build
