#include "common/rpc/pipeline_proto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv {
namespace {

TEST(PipelineProto, KeepsEveryField) {
  pipeline::PipelineSpec spec;
  spec.name = "net";
  spec.seed = -4;
  spec.templates_path = "./t";
  spec.mechanisms_path = "./m";
  spec.morphology_path = "./s";
  spec.steps.push_back({.name = "a",
                        .kind = "h5_types",
                        .config = {{"x", {1, 2.5, "z"}}},
                        .uses = {"b", "c"},
                        .ranks = 3,
                        .seed = 9});
  spec.steps.push_back({.name = "b", .kind = "import"});
  const auto back = PipelineFromProto(PipelineToProto(spec));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, spec);
}

TEST(PipelineProto, EmptyConfigTextIsAnEmptyObject) {
  v1::Pipeline proto;
  proto.add_steps()->set_name("a");
  const auto spec = PipelineFromProto(proto);
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->steps[0].config, nlohmann::json::object());
  EXPECT_FALSE(spec->steps[0].seed.has_value());
}

TEST(PipelineProto, RefusesAConfigThatIsNoObject) {
  for (const char* text : {"{", "[]", "3", "null"}) {
    v1::Pipeline proto;
    proto.add_steps()->set_name("a");
    proto.mutable_steps(0)->set_config_json(text);
    const auto status = PipelineFromProto(proto).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(FaultOf(status)->field, "steps.a.config");
  }
}

}  // namespace
}  // namespace miv
