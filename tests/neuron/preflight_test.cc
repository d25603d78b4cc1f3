#include "worker/preflight/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/fault.h"
#include "tests/neuron/test_model.h"

namespace miv::worker {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The small cell of test_model.h as an SWC file.
constexpr char kSwc[] =
    "1 1 0 0 0 10 -1 6\n2 1 0 0 20 10 1 6\n3 4 0 0 120 1 2 8\n"
    "4 4 0 0 220 1 3 8\n5 2 0 0 -75 0.5 1 5\n6 2 0 0 -150 0.5 5 5\n";

class Preflight : public testing::Test {
 protected:
  void SetUp() override {
    root_ = simulate::TestDirectory() + "preflight";
    ASSERT_TRUE(RemoveTree(root_).ok());
    ASSERT_TRUE(MakeDirectories(root_ + "/work").ok());
    ASSERT_TRUE(MakeDirectories(root_ + "/templates").ok());
    Put("cell.swc", kSwc);
  }
  void TearDown() override { RemoveTree(root_).IgnoreError(); }

  void Put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(root_ + "/" + name, text).ok());
  }
  json Run(const json& spec) {
    Put("spec.json", spec.dump());
    EXPECT_EQ(RunPreflight(root_ + "/spec.json", root_ + "/result.json"), 0);
    return Result();
  }
  json Result() {
    const auto text = ReadFile(root_ + "/result.json");
    EXPECT_TRUE(text.ok()) << text.status();
    return json::parse(*text);
  }
  json Cell(const std::string& name) {
    return {{"population", "P"},
            {"template", name},
            {"morphology", root_ + "/cell.swc"},
            {"label", "morphology/cell.swc"}};
  }
  json SpecOf(const std::string& name) {
    return {{"mechanisms", {{"library", simulate::ModelLibrary()}}},
            {"templates",
             {{"directory", root_ + "/templates"}, {"label", "templates"}}},
            {"cells", {Cell(name)}}};
  }

  std::string root_;
};

TEST_F(Preflight, CompilesChecksAndSummarisesAGoodModel) {
  json spec = {
      {"mechanisms",
       {{"directory", simulate::ModelDirectory("mechanisms")},
        {"label", "mechanisms"},
        {"library_out", root_ + "/work/libnrnmech.so"}}},
      {"templates",
       {{"directory", simulate::ModelDirectory("templates")},
        {"label", "templates"}}},
      {"cells", {Cell("Spiker"), Cell("Stick")}},
      {"morphologies",
       {{{"path", root_ + "/cell.swc"}, {"label", "morphology/cell.swc"}}}}};
  // In a process of its own: the other tests load the library of ModelLibrary.
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  Put("spec.json", spec.dump());
  EXPECT_EXIT(
      std::_Exit(RunPreflight(root_ + "/spec.json", root_ + "/result.json")),
      testing::ExitedWithCode(0), "");
  const json result = Result();
  ASSERT_TRUE(result["ok"].get<bool>()) << result.dump(2);
  EXPECT_EQ(result["library"], root_ + "/work/libnrnmech.so");
  EXPECT_THAT(result["summary"]["cells"], SizeIs(2));
  EXPECT_EQ(result["summary"]["cells"][0]["sections"], 3);
  EXPECT_EQ(result["summary"]["morphologies"]["morphology/cell.swc"]["points"],
            6);
  EXPECT_EQ(result["summary"]["mechanisms"]["files"], 4);
}

// Sections: soma of 20 um, apical of 100 um, axon of 75 um.  By depth, with the
// soma at L = 100 um, the axon's points lie at about 25 and -50 um: the last
// of its three segments is nearest to the one outside SO.
TEST_F(Preflight, MeasuresTheCableInItsLayers) {
  json plain = Cell("Stick"), by_depth = Cell("Stick");
  plain["id"] = "plain";
  by_depth["id"] = "by depth";
  by_depth["layering"] = {
      {"layer_from", "depth"},
      {"depth_axis", "z"},
      {"soma_layer", "SO"},
      {"layer_definitions", {{"SO", 5}, {"SR", 8}}},
      {"layer_extents",
       {{"SO", {{0, 0, 0}, {1, 1, 200}}}, {"SR", {{0, 0, 200}, {1, 1, 999}}}}}};
  json spec = SpecOf("Stick");
  spec["templates"]["directory"] = simulate::ModelDirectory("templates");
  spec["cells"] = {plain, by_depth};
  const json result = Run(spec);
  ASSERT_TRUE(result["ok"].get<bool>()) << result.dump(2);
  const json& cells = result["summary"]["cells"];
  EXPECT_EQ(cells[0]["id"], "plain");
  EXPECT_EQ(cells[0]["lengths"], json::parse(R"({"soma": {"6": 20.0},
      "apical": {"8": 100.0}, "axon": {"5": 75.0}})"));
  EXPECT_EQ(cells[1]["id"], "by depth");
  EXPECT_EQ(cells[1]["lengths"], json::parse(R"({"soma": {"5": 20.0},
      "apical": {"8": 100.0}, "axon": {"5": 50.0, "-1": 25.0}})"));
}

TEST_F(Preflight, NamesFileAndLineOfABadMorphology) {
  Put("bad.swc", "1 1 0 0 0 10 -1\n2 1 0 0 20 ten 1\n");
  const json result = Run(
      {{"morphologies",
        {{{"path", root_ + "/bad.swc"}, {"label", "morphology/bad.swc"}}}}});
  EXPECT_FALSE(result["ok"].get<bool>());
  EXPECT_EQ(result["fault"]["file"], "morphology/bad.swc");
  EXPECT_EQ(result["fault"]["line"], 2);
}

TEST_F(Preflight, NamesAMechanismThatDoesNotCompile) {
  ASSERT_TRUE(MakeDirectories(root_ + "/mods").ok());
  Put("mods/bad.mod", "NEURON { SUFFIX bad }\nBREAKPOINT { i = }\n");
  const json result = Run({{"mechanisms",
                            {{"directory", root_ + "/mods"},
                             {"label", "mods"},
                             {"library_out", root_ + "/work/libnrnmech.so"}}}});
  EXPECT_FALSE(result["ok"].get<bool>());
  EXPECT_FALSE(result.contains("library"));
  EXPECT_EQ(result["fault"]["reason"], "MECHANISM_COMPILE");
  EXPECT_EQ(result["fault"]["file"], "mods/bad.mod");
  EXPECT_NE(result["fault"]["output"], "");
}

TEST_F(Preflight, NamesATemplateThatIsAbsent) {
  const json result = Run(SpecOf("Absent"));
  EXPECT_FALSE(result["ok"].get<bool>());
  EXPECT_EQ(result["fault"]["file"], "templates/Absent.hoc");
  EXPECT_EQ(result["fault"]["field"], "cell_types.P");
}

TEST_F(Preflight, PassesOnNeuronsWordsAboutATemplate) {
  Put("templates/Crooked.hoc",
      "begintemplate Crooked\nproc init() { insert nothing_like_it }\n"
      "endtemplate Crooked\n");
  const json result = Run(SpecOf("Crooked"));
  EXPECT_EQ(result["fault"]["file"], "templates/Crooked.hoc");
  EXPECT_THAT(result["fault"]["output"].get<std::string>(),
              HasSubstr("nothing_like_it"));
}

TEST_F(Preflight, PassesOnAnErrorOfInit) {
  Put("templates/Thrower.hoc",
      "begintemplate Thrower\nproc init() { execerror(\"no\", \"luck\") }\n"
      "endtemplate Thrower\n");
  const json result = Run(SpecOf("Thrower"));
  EXPECT_EQ(result["fault"]["file"], "templates/Thrower.hoc");
  EXPECT_THAT(result["fault"]["output"].get<std::string>(),
              HasSubstr("no luck"));
}

TEST_F(Preflight, LeavesAResultBehindWhenTheModelEndsTheProcess) {
  Put("templates/Quitter.hoc",
      "begintemplate Quitter\nproc init() { quit() }\n"
      "endtemplate Quitter\n");
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  Put("spec.json", SpecOf("Quitter").dump());
  EXPECT_EXIT(RunPreflight(root_ + "/spec.json", root_ + "/result.json"),
              testing::ExitedWithCode(0), "");
  const json result = Result();
  EXPECT_FALSE(result["ok"].get<bool>());
  EXPECT_EQ(result["fault"]["reason"], "MODEL_CRASH");
  EXPECT_EQ(result["fault"]["file"], "templates/Quitter.hoc");
  EXPECT_EQ(result["fault"]["what"], "making a cell of P ended the process");
}

TEST_F(Preflight, AcceptsAModelWithNothingToCheck) {
  EXPECT_TRUE(Run(json::object())["ok"].get<bool>());
}

TEST_F(Preflight, RefusesASpecThatIsNoObject) {
  Put("spec.json", "[1]");
  EXPECT_EQ(RunPreflight(root_ + "/spec.json", root_ + "/result.json"), 0);
  EXPECT_FALSE(Result()["ok"].get<bool>());
}

}  // namespace
}  // namespace miv::worker
