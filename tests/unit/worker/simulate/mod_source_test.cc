#include "worker/simulate/neuron/compile/mod_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "common/base/files.h"

namespace miv::simulate::neuron {
namespace {

using ::testing::HasSubstr;

constexpr char kChannel[] = "NEURON { SUFFIX na  RANGE g }\n";

class ModSourcesTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "mods_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    ASSERT_TRUE(RemoveTree(directory_).ok());
    ASSERT_TRUE(MakeDirectories(directory_ + "/deep").ok());
  }
  void TearDown() override { RemoveTree(directory_).IgnoreError(); }
  void Put(const std::string& path, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(directory_ + "/" + path, text).ok());
  }
  absl::StatusOr<ModSources> Read() {
    return ReadModSources(directory_, "mechanisms");
  }

  std::string directory_;
};

TEST(MechanismNameOf, FindsTheNameInTheNeuronBlock) {
  EXPECT_EQ(MechanismNameOf("TITLE x\nNEURON {\n SUFFIX na\n}\n"), "na");
  EXPECT_EQ(MechanismNameOf("NEURON { THREADSAFE\n POINT_PROCESS Syn }"),
            "Syn");
  EXPECT_EQ(MechanismNameOf("NEURON {\n ARTIFICIAL_CELL Vec\n}"), "Vec");
  EXPECT_EQ(MechanismNameOf("PARAMETER { SUFFIX = 1 }"), "");
}

TEST(MechanismNameOf, LooksPastCommentsAndVerbatim) {
  EXPECT_EQ(MechanismNameOf("COMMENT\nNEURON { SUFFIX no }\nENDCOMMENT\n"
                            "VERBATIM\nNEURON { SUFFIX no }\nENDVERBATIM\n"
                            "NEURON {\n : SUFFIX no\n ? SUFFIX no\n"
                            " SUFFIX yes }\n"),
            "yes");
}

TEST_F(ModSourcesTest, FindsFilesBelowAndSortsThemByBaseName) {
  Put("b.mod", "NEURON { SUFFIX b }");
  Put("deep/a-1.mod", "NEURON { SUFFIX a }");
  Put("deep/rates.inc", "x");
  Put("notes.txt", "x");
  const auto sources = Read();
  ASSERT_TRUE(sources.ok()) << sources.status();
  ASSERT_EQ(sources->files.size(), 2);
  EXPECT_EQ(sources->files[0].path, "deep/a-1.mod");
  EXPECT_EQ(sources->files[0].stem, "a_1");
  EXPECT_EQ(sources->files[0].mechanism, "a");
  EXPECT_EQ(sources->files[1].base, "b.mod");
  ASSERT_EQ(sources->includes.size(), 1);
}

TEST_F(ModSourcesTest, RefusesTwoFilesOfOneName) {
  Put("na.mod", kChannel);
  Put("deep/na.mod", "NEURON { SUFFIX other }");
  const Fault fault = FaultOrMessage(Read().status());
  EXPECT_EQ(fault.reason, "MECHANISM_COLLISION");
  EXPECT_THAT(fault.file + fault.found, HasSubstr("mechanisms/deep/na.mod"));
}

TEST_F(ModSourcesTest, RefusesTwoMechanismsOfOneName) {
  Put("na.mod", kChannel);
  Put("deep/sodium.mod", kChannel);
  const Fault fault = FaultOrMessage(Read().status());
  EXPECT_THAT(fault.what, HasSubstr("mechanism na is defined twice"));
  EXPECT_THAT(fault.found, HasSubstr("mechanisms/na.mod"));
}

TEST_F(ModSourcesTest, RefusesNamesThatBecomeOneInC) {
  Put("a-b.mod", "NEURON { SUFFIX x }");
  Put("a_b.mod", "NEURON { SUFFIX y }");
  EXPECT_EQ(FaultOrMessage(Read().status()).reason, "MECHANISM_COLLISION");
}

TEST_F(ModSourcesTest, RefusesADirectoryWithoutMechanisms) {
  EXPECT_EQ(FaultOrMessage(Read().status()).reason, "NO_MECHANISMS");
}

}  // namespace
}  // namespace miv::simulate::neuron
