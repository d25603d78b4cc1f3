// What Resolve makes of a good pipeline.

#include "common/pipeline/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Resolve, AcceptsTheDocumentedNetwork) {
  const auto resolved = Resolve(Network());
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->steps.size(), 14u);
  for (const auto& w : resolved->warnings) ADD_FAILURE() << w.field << w.text;
}

}  // namespace
}  // namespace miv::pipeline
