#include "worker/simulate/neuron/mechanisms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "tests/neuron/test_model.h"

namespace miv::simulate::neuron {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Compile : public testing::Test {
 protected:
  void SetUp() override {
    root_ = TestDirectory() + "compile";
    ASSERT_TRUE(RemoveTree(root_).ok());
    ASSERT_TRUE(MakeDirectories(root_ + "/mods/sub").ok());
    ASSERT_TRUE(MakeDirectories(root_ + "/out").ok());
  }
  void TearDown() override { RemoveTree(root_).IgnoreError(); }
  void Put(const std::string& path, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(root_ + "/mods/" + path, text).ok());
  }
  absl::StatusOr<CompiledMechanisms> Run() {
    CompileRequest request;
    request.directory = root_ + "/mods";
    request.label = "my-mods";
    request.output_directory = root_ + "/out";
    return CompileMechanisms(request);
  }
  absl::StatusOr<std::string> Key() {
    const auto sources = ReadModSources(root_ + "/mods", "my-mods");
    if (!sources.ok()) return sources.status();
    return MechanismKey(*sources, MechanismTools::Installed());
  }

  std::string root_;
};

constexpr char kLeak[] =
    "NEURON { SUFFIX leak2  NONSPECIFIC_CURRENT i  RANGE g }\n"
    "PARAMETER { g = 1e-4 (S/cm2) }\nASSIGNED { v (mV)  i (mA/cm2) }\n"
    "BREAKPOINT { i = g * v }\n";

TEST_F(Compile, ReportsATranslationErrorUnderTheUsersName) {
  Put("sub/broken-one.mod", "NEURON { SUFFIX x }\nBREAKPOINT { i = }\n");
  const auto compiled = Run();
  EXPECT_EQ(compiled.status().code(), absl::StatusCode::kInvalidArgument);
  const Fault fault = FaultOrMessage(compiled.status());
  EXPECT_EQ(fault.reason, "MECHANISM_COMPILE");
  EXPECT_EQ(fault.file, "my-mods/sub/broken-one.mod");
  EXPECT_EQ(fault.line, 2);
  EXPECT_FALSE(fault.output.empty());
  EXPECT_THAT(fault.output, Not(HasSubstr(root_)));
}

TEST_F(Compile, ReportsACompilerError) {
  Put("odd.mod",
      "NEURON { SUFFIX odd }\nPROCEDURE p() {\nVERBATIM\n  nonsense;\n"
      "ENDVERBATIM\n}\n");
  const Fault fault = FaultOrMessage(Run().status());
  EXPECT_EQ(fault.file, "my-mods/odd.mod");
  EXPECT_THAT(fault.output, HasSubstr("nonsense"));
  EXPECT_THAT(fault.output, Not(HasSubstr(root_)));
}

TEST_F(Compile, LeavesOnlyTheLibraryBehind) {
  Put("leak-2.mod", kLeak);
  const auto compiled = Run();
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  EXPECT_EQ(compiled->files, 1);
  const auto files = ListFiles(root_ + "/out");
  EXPECT_THAT(*files, testing::ElementsAre("libnrnmech.so"));
}

TEST_F(Compile, UsesIncludedFiles) {
  Put("sub/g.inc", "PARAMETER { g = 1e-4 (S/cm2) }\n");
  Put("inc.mod",
      "NEURON { SUFFIX leak3  NONSPECIFIC_CURRENT i  RANGE g }\n"
      "INCLUDE \"g.inc\"\nASSIGNED { v (mV)  i (mA/cm2) }\n"
      "BREAKPOINT { i = g * v }\n");
  EXPECT_TRUE(Run().ok()) << Run().status();
}

TEST_F(Compile, KeysByPathAndContent) {
  Put("leak.mod", kLeak);
  const auto first = Key();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(*first, *Key());
  Put("leak.mod", std::string(kLeak) + "\n");
  EXPECT_NE(*first, *Key());
  Put("leak.mod", kLeak);
  EXPECT_EQ(*first, *Key());
  ASSERT_TRUE(RemoveTree(root_ + "/mods/leak.mod").ok());
  Put("sub/leak.mod", kLeak);
  EXPECT_NE(*first, *Key());
}

TEST(Mechanisms, KnowsThePointProcessesOfTheLibrary) {
  ModelEngine();
  EXPECT_THAT(PointProcessNames(), Contains("LinExp2Syn"));
  EXPECT_TRUE(IsClass("VecStim"));
  EXPECT_FALSE(IsClass("breaks"));
  const auto type = FindPointProcess(ModelEngine(), "LinExp2Syn");
  ASSERT_TRUE(type.ok()) << type.status();
  EXPECT_EQ(type->weights, 2);
  EXPECT_TRUE(type->keeps_weights);
  EXPECT_EQ(type->parameters.count("tau_rise"), 1);
  EXPECT_EQ(type->parameters.count("g"), 0);  // ASSIGNED, not PARAMETER
}

TEST(Mechanisms, SeesThatInitialisationClearsWeights) {
  EXPECT_FALSE(FindPointProcess(ModelEngine(), "Forgetful")->keeps_weights);
}

TEST(Mechanisms, SuggestsWhatAMisspeltMechanismCouldBe) {
  const auto type = FindPointProcess(ModelEngine(), "LinExp2Sym");
  EXPECT_EQ(type.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(FaultOrMessage(type.status()).remedy, HasSubstr("LinExp2Syn"));
}

TEST(Mechanisms, PassesOnTheLinkersWords) {
  const std::string path = TestDirectory() + "not_a_library.so";
  ASSERT_TRUE(WriteFileAtomically(path, "no ELF").ok());
  const auto status = LoadMechanisms(ModelEngine(), path, "mechanisms");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FaultOrMessage(status).file, "mechanisms");
  EXPECT_FALSE(FaultOrMessage(status).output.empty());
}

TEST(Mechanisms, RefusesToLoadAMechanismTwice) {
  ModelEngine();
  const auto status =
      LoadMechanisms(ModelEngine(), ModelLibrary(), "mechanisms");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(ModelEngine().Execute("miv_still_alive = 1\n").ok());
}

}  // namespace
}  // namespace miv::simulate::neuron
