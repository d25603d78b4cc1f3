#include "common/base/canonical_json.h"

#include <gtest/gtest.h>

namespace miv {
namespace {

TEST(CanonicalJson, SpellingsOfOneNumberGiveOneText) {
  for (const char* text : {"5", "5.0", "5e0", "50e-1"})
    EXPECT_EQ(CanonicalJson(nlohmann::json::parse(text)), "5") << text;
}

TEST(CanonicalJson, KeepsFractionsExactly) {
  EXPECT_EQ(CanonicalJson(nlohmann::json::parse("0.025")), "0.025");
}

TEST(CanonicalJson, SortsKeysAtEveryDepth) {
  const auto value = nlohmann::json::parse(R"({"b":[{"z":1,"a":2}],"a":null})");
  EXPECT_EQ(CanonicalJson(value), R"({"a":null,"b":[{"a":2,"z":1}]})");
}

}  // namespace
}  // namespace miv
