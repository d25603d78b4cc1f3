#include "common/pipeline/model_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const FileTexts& Templates() {
  static const auto* const kTexts = new FileTexts{
      {"Pyramid.hoc",
       "begintemplate Pyramid\n"
       "proc init() { forall insert kdr  forall { insert na } }\n"
       "load_file(\"lib/tools.hoc\")\nendtemplate Pyramid\n"},
      {"Basket.hoc",
       "begintemplate Basket\nobjref d\nproc init() { d = new Detector() }\n"
       "endtemplate Basket\n"},
      {"detectors.hoc",
       "begintemplate Detector\nproc init() { insert km }\n"
       "endtemplate Detector\n"},
      {"lib/tools.hoc", "proc tool() { insert ih }\n"},
      {"Dynamic.hoc",
       "begintemplate Dynamic\nproc init() { sprint(s, \"insert %s\", n) }\n"
       "endtemplate Dynamic\n"}};
  return *kTexts;
}

const FileTexts& Mechanisms() {
  static const auto* const kTexts = new FileTexts{
      {"channels/kdr.mod", "NEURON { SUFFIX kdr }\n"},
      {"channels/na.mod", "NEURON { SUFFIX na }\nINCLUDE \"rates.inc\"\n"},
      {"channels/rates.inc", "FUNCTION f() {}\n"},
      {"ih.mod", "NEURON {\n  SUFFIX ih\n}\n"},
      {"km.mod", "NEURON { SUFFIX km }\n"},
      {"syn.mod", "NEURON { POINT_PROCESS Syn }\n"},
      {"vecstim.mod",
       "NEURON { ARTIFICIAL_CELL VecStim }\nVERBATIM\nextern int x;\n"
       "ENDVERBATIM\n"}};
  return *kTexts;
}

TEST(ModelFilesOf, FollowsLoadedFilesAndInsertedMechanisms) {
  const auto files = ModelFilesOf("Pyramid", Templates(), Mechanisms());
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(files->templates, ElementsAre("Pyramid.hoc", "lib/tools.hoc"));
  EXPECT_THAT(files->mechanisms,
              ElementsAre("channels/kdr.mod", "channels/na.mod",
                          "channels/rates.inc", "ih.mod"));
}

TEST(ModelFilesOf, FollowsTemplatesThatAreInstantiated) {
  const auto files = ModelFilesOf("Basket", Templates(), Mechanisms());
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(files->templates, ElementsAre("Basket.hoc", "detectors.hoc"));
  EXPECT_THAT(files->mechanisms, ElementsAre("channels/rates.inc", "km.mod"));
}

TEST(ModelFilesOf, TakesAllMechanismsWhereNamesAreMadeAtRunTime) {
  const auto files = ModelFilesOf("Dynamic", Templates(), Mechanisms());
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(files->mechanisms.size(), Mechanisms().size());
}

TEST(ModelFilesOf, TakesAllMechanismsWhereCCodeRefersToOthers) {
  const auto files = ModelFilesOf("VecStim", Templates(), Mechanisms());
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_THAT(files->templates, IsEmpty());
  EXPECT_EQ(files->mechanisms.size(), Mechanisms().size());
}

TEST(ModelFilesOf, UnknownTemplateIsNotFound) {
  const auto status =
      ModelFilesOf("Pyramd", Templates(), Mechanisms()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "no file defines the cell template Pyramd");
}

}  // namespace
}  // namespace miv::pipeline
