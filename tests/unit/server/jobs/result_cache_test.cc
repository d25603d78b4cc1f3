#include "server/jobs/result_cache.h"

#include "tests/unit/server/support/server_fixture.h"

namespace miv::server {
namespace {

using Texts = std::map<std::string, std::string>;

// A population's template inserts one of two mechanisms; a second template and
// the other mechanism belong to others.
class ResultCacheTest : public ServerTest {
 protected:
  const Texts templates_ = {
      {"Pyramidal.hoc",
       "begintemplate Pyramidal\nproc f() { insert na }\n"
       "endtemplate Pyramidal\n"},
      {"Basket.hoc",
       "begintemplate Basket\nproc f() { insert kd }\nendtemplate Basket\n"}};
  const Texts mechanisms_ = {{"na.mod", "NEURON { SUFFIX na }"},
                             {"kd.mod", "NEURON { SUFFIX kd }"}};

  static Texts With(Texts texts, const std::string& name) {
    texts[name] += "\n: changed\n";
    return texts;
  }

  // Key of the synapses step (index 4) of ModelPipeline.
  std::string Key(const Texts& templates, const Texts& mechanisms) {
    const auto swc = artifacts_->PublishBytes("1 1 0 0 0 5 -1\n");
    const std::vector<UploadedFile> files = {
        {"morphology/PYR.swc", swc->digest, swc->size, false},
        UploadDirectory(*artifacts_, "./templates", templates),
        UploadDirectory(*artifacts_, "./mechanisms", mechanisms)};
    const JobPlan plan = PlanOf(ModelPipeline(), files);
    return results_->KeyOf(plan, 4,
                           {{"forest", "sha256:forest"},
                            {"templates", files[1].digest},
                            {"mechanisms", files[2].digest}});
  }
};

TEST_F(ResultCacheTest, TheSameModelHasTheSameKey) {
  EXPECT_EQ(Key(templates_, mechanisms_), Key(templates_, mechanisms_));
}

TEST_F(ResultCacheTest, AMechanismOfTheTemplateIsInTheKey) {
  EXPECT_NE(Key(templates_, With(mechanisms_, "na.mod")),
            Key(templates_, mechanisms_));
}

TEST_F(ResultCacheTest, AMechanismOfOthersIsNot) {
  EXPECT_EQ(Key(templates_, With(mechanisms_, "kd.mod")),
            Key(templates_, mechanisms_));
}

TEST_F(ResultCacheTest, TheTemplateIsInTheKeyAndOthersAreNot) {
  EXPECT_NE(Key(With(templates_, "Pyramidal.hoc"), mechanisms_),
            Key(templates_, mechanisms_));
  EXPECT_EQ(Key(With(templates_, "Basket.hoc"), mechanisms_),
            Key(templates_, mechanisms_));
}

TEST_F(ResultCacheTest, EverythingIsInTheKeyIfTheTemplateIsNotFound) {
  const Texts nameless = {{"x.hoc", "print 1"}};
  EXPECT_NE(Key(nameless, With(mechanisms_, "kd.mod")),
            Key(nameless, mechanisms_));
}

TEST_F(ResultCacheTest, OtherKindsKeepTheirInputsWhole) {
  const JobPlan plan = PlanOf(CorePipeline());
  const Digests inputs = {{"types", "sha256:1"}};
  EXPECT_EQ(results_->KeyInputs(plan, 1, inputs), inputs);
}

TEST_F(ResultCacheTest, FindsOnlyWholeResults) {
  const auto output = artifacts_->PublishBytes("result");
  const CacheEntry entry{
      "key", {{"a.h5", output->digest, output->size}}, "{}", clock_.Now()};
  ASSERT_TRUE(
      store_->Write([&](WriteTransaction& t) { return t.PutCache(entry); })
          .ok());
  const auto found = [&](const char* key) {
    bool found = false;
    EXPECT_TRUE(store_
                    ->Read([&](ReadTransaction& t) {
                      found = results_->Find(t, key)->has_value();
                      return absl::OkStatus();
                    })
                    .ok());
    return found;
  };
  EXPECT_TRUE(found("key"));
  EXPECT_FALSE(found("other"));
  ASSERT_TRUE(artifacts_->Remove(output->digest).ok());
  EXPECT_FALSE(found("key"));
}

}  // namespace
}  // namespace miv::server
