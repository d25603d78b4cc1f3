// A simulation's hooks: their files, and mistakes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/pipeline/error_case.h"
#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using ::testing::EndsWith;

absl::StatusOr<ResolvedPipeline> After(
    const std::vector<std::string>& overrides) {
  PipelineSpec spec = Load(NetworkYaml()).spec;
  for (const std::string& text : overrides)
    if (const auto status = ApplyOverride(spec, text); !status.ok())
      return status;
  return Resolve(spec);
}

TEST(Hooks, AreInputsWithTheFilesThatTheyDeclare) {
  const auto resolved =
      After({"steps.run.config.python=true",
             "steps.run.config.hooks=[{file: a/clamp.hoc, at: after_cells}, "
             "{file: b/probe.py, files: [data/x.txt, more/y.txt]}]"});
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  const ResolvedStep* run = resolved->FindStep("run");
  EXPECT_THAT(run->FindInput("hooks:0")->path, EndsWith("a/clamp.hoc"));
  EXPECT_THAT(run->FindInput("hooks:1")->path, EndsWith("b/probe.py"));
  EXPECT_THAT(run->FindInput("hooks:1:files:1")->path, EndsWith("more/y.txt"));
  EXPECT_EQ(run->config["hooks"],
            json::parse(R"([{"file": "hooks:0", "at": "after_cells"},
                {"file": "hooks:1", "files": ["x.txt", "y.txt"]}])"));
}

class HookMistake : public testing::TestWithParam<ErrorCase> {};

TEST_P(HookMistake, IsNamedWithItsRemedy) {
  EXPECT_EQ(std::string(After(GetParam().overrides).status().message()),
            GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, HookMistake,
    testing::Values(
        ErrorCase{"Point",
                  {"steps.run.config.hooks=[{file: a.hoc, at: lunch}]"},
                  "steps.run.config.hooks[0].at: unknown point of the run; "
                  "expected one of after_cells, before_run, after_run, found "
                  "\"lunch\""},
        ErrorCase{"Language",
                  {"steps.run.config.hooks=[{file: a.sh}]"},
                  "steps.run.config.hooks[0].file: the language of the hook is "
                  "unknown; expected a file NAME.hoc or NAME.py, found a.sh"},
        ErrorCase{"PythonIsOff",
                  {"steps.run.config.hooks=[{file: a.py}]"},
                  "steps.run.config.hooks[0].file: the hook needs Python, which "
                  "is off; found a.py. Add python: true to the simulation."},
        ErrorCase{"PointOfPython",
                  {"steps.run.config.python=true",
                   "steps.run.config.hooks=[{file: a.py, at: after_run}]"},
                  "steps.run.config.hooks[0].at: the functions of a Python "
                  "hook say when they run. Remove the field; call the function "
                  "after_cells, before_run or after_run."},
        ErrorCase{"SameName",
                  {"steps.run.config.hooks=[{file: a.hoc, files: [b/x, c/x]}]"},
                  "steps.run.config.hooks[0].files[1]: two files of the hook "
                  "have the same name; found x"}),
    CaseName);

}  // namespace
}  // namespace miv::pipeline
