#include "worker/simulate/neuron/templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"
#include "tests/neuron/test_model.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate::neuron {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Templates : public testing::Test {
 protected:
  /// A file of this test's own; hoc cannot forget templates, so every test uses
  /// names of its own.
  std::string Put(const std::string& name, const std::string& text) {
    const std::string path = TestDirectory() + name;
    EXPECT_TRUE(WriteFileAtomically(path, text).ok());
    return path;
  }
  absl::StatusOr<Template> Load(const std::string& name,
                                const std::string& text) {
    return LoadTemplate(ModelEngine(), name, Put(name + ".hoc", text),
                        "templates/" + name + ".hoc");
  }
};

TEST_F(Templates, SaysWhichFileIsAbsent) {
  const auto loaded = LoadTemplate(ModelEngine(), "Nowhere", "/no/Nowhere.hoc",
                                   "templates/Nowhere.hoc");
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FaultOrMessage(loaded.status()).file, "templates/Nowhere.hoc");
}

TEST_F(Templates, PassesOnASyntaxError) {
  const auto loaded =
      Load("Bad1", "begintemplate Bad1\nproc init() { forsec soma { }\n");
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
  const Fault fault = FaultOrMessage(loaded.status());
  EXPECT_EQ(fault.file, "templates/Bad1.hoc");
  EXPECT_THAT(fault.output, HasSubstr("syntax error"));
}

TEST_F(Templates, RefusesAFileThatDefinesAnotherTemplate) {
  const auto loaded = Load("Bad2",
                           "begintemplate Good2\nproc init() {}\n"
                           "endtemplate Good2\n");
  EXPECT_THAT(FaultOrMessage(loaded.status()).what,
              HasSubstr("does not define a template Bad2"));
}

TEST_F(Templates, NamesAMechanismThatIsMissingWhenTheFileIsParsed) {
  const auto loaded = Load("Bad3",
                           "begintemplate Bad3\nproc init() {\n"
                           "insert no_such_channel\n}\nendtemplate Bad3\n");
  EXPECT_THAT(FaultOrMessage(loaded.status()).output,
              HasSubstr("no_such_channel"));
}

TEST_F(Templates, PassesOnAnErrorOfInit) {
  const auto loaded =
      Load("Bad4",
           "begintemplate Bad4\ncreate soma\nproc init() {\n"
           "execerror(\"wheel\", \"fell off\")\n}\nendtemplate Bad4\n");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto cell = Instantiate(ModelEngine(), *loaded, 7, {});
  const Fault fault = FaultOrMessage(cell.status());
  EXPECT_EQ(fault.gid, 7);
  EXPECT_THAT(fault.output, HasSubstr("wheel fell off"));
  // Nothing of the half-built cell is left, and NEURON goes on.
  ModelEngine().TakeOutput();
  EXPECT_TRUE(ModelEngine().Execute("forall print secname()\n").ok());
  EXPECT_EQ(ModelEngine().TakeOutput(), "");
  EXPECT_TRUE(ModelEngine().Execute("finitialize(-65)\n").ok());
}

TEST_F(Templates, SaysThatOtherPythonNeedsPython) {
  const auto loaded = Load("Bad5",
                           "begintemplate Bad5\nobjref py\nproc init() {\n"
                           "py = new PythonObject()\nprint py.sum($o2)\n}\n"
                           "endtemplate Bad5\n");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto cell = Instantiate(ModelEngine(), *loaded, 0,
                                {PythonValue::Of(PythonValue::Array{1, 2})});
  EXPECT_THAT(FaultOrMessage(cell.status()).output,
              HasSubstr("this template needs Python"));
}

TEST_F(Templates, RefusesAnotherFileForALoadedTemplate) {
  const std::string text =
      "begintemplate Once\nproc init() {}\nendtemplate Once\n";
  ASSERT_TRUE(Load("Once", text).ok());
  EXPECT_TRUE(Load("Once", text).ok());
  EXPECT_EQ(Load("Once", text + "// changed\n").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(Templates, HandsValuesOverAsPythonWould) {
  // One line per operation; numbers by hand.
  const auto loaded =
      Load("Echo",
           "begintemplate Echo\nobjref v, it, py\nstrdef s\nproc init() {\n"
           "py = new PythonObject()\nv = new Vector()\nv.from_python($o2)\n"
           "print v.size(), $o2.size, $o2._[-1], $o2.__getitem__(0)\n"
           "it = py.iter($o2)\nprint it.__next__(), it.__next__()\n"
           "print $o3.__getitem__(1)._[0], $o3.__len__()\n"
           "print $o4.get(\"g\", 3), $o4.get(\"absent\", 3)\n"
           "s = $o4.__getitem__(\"name\")\nprint s\n}\nendtemplate Echo\n");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  PythonValue::Mapping names;
  names.emplace("g", 0.5);
  names.emplace("name", std::string("Pinsky"));
  const auto numbers = PythonValue::Of(PythonValue::Array{4, 5, 6});
  const auto rows = PythonValue::Of(
      PythonValue::Sequence{numbers, PythonValue::Of(PythonValue::Array{9})});
  ModelEngine().TakeOutput();
  const auto cell = Instantiate(ModelEngine(), *loaded, 1,
                                {numbers, rows, PythonValue::Of(names)});
  ASSERT_TRUE(cell.ok()) << FaultOrMessage(cell.status()).output;
  EXPECT_EQ(ModelEngine().TakeOutput(),
            "3 3 6 4 \n4 5 \n9 2 \n0.5 3 \nPinsky\n");
}

TEST_F(Templates, BuildsACellFromATree) {
  for (const char* name : {"Stick", "Spiker"}) {
    const auto arguments = ArgumentsOf(SmallTree());
    ASSERT_TRUE(arguments.ok()) << arguments.status();
    const auto cell =
        Instantiate(ModelEngine(), ModelTemplate(name), 3, *arguments);
    ASSERT_TRUE(cell.ok()) << FaultOrMessage(cell.status()).output;
    const auto sections = (*cell)->Sections("sections");
    ASSERT_EQ(sections.size(), 3);
    EXPECT_NEAR(Length(sections[0]), 20, 1e-12);
    EXPECT_NEAR(Length(sections[1]), 200, 1e-12);
    EXPECT_EQ(Parent(sections[2]), sections[0]);
    EXPECT_EQ(ParentPosition(sections[1]), 1);
    EXPECT_EQ(ParentPosition(sections[2]), 0);
    EXPECT_EQ((*cell)->Sections("apical_list").size(), 1);
    EXPECT_EQ((*cell)->Sections("tuft_list").size(), 0);
    EXPECT_FALSE(*(*cell)->IsArtificial());
    EXPECT_EQ(SectionName(sections[1]), "sections[1]");
  }
}

TEST_F(Templates, ReadsTheMembraneThatTheTemplateInserts) {
  const auto arguments = ArgumentsOf(SmallTree());
  const auto cell =
      Instantiate(ModelEngine(), ModelTemplate("Spiker"), 3, *arguments);
  ASSERT_TRUE(cell.ok());
  const SectionHandle soma = (*cell)->Sections("sections")[0];
  const MembraneNames membrane = MembraneOf(soma);
  EXPECT_THAT(membrane.mechanisms, ElementsAre("hh", "pas"));
  EXPECT_THAT(membrane.ions, ElementsAre("k", "na"));
  const auto segments = Segments(soma);
  ASSERT_TRUE(segments.ok());
  ASSERT_EQ(segments->size(), 1);
  // Cylinder of 20 um, diameter 20 um.
  EXPECT_NEAR((*segments)[0].area, M_PI * 20 * 20, 1e-3);
  EXPECT_NEAR((*segments)[0].diam, 20, 1e-5);
  bool found = false;
  for (const auto& [name, value] : MembraneParameters(soma, 0)) {
    if (name == "g_pas") found = value == 1e-4;
  }
  EXPECT_TRUE(found);
}

TEST_F(Templates, SeesOnlyItsOwnSectionsWhileItIsBuilt) {
  const auto loaded = Load(
      "Census",
      "begintemplate Census\ncreate a, b\nobjref roots\nproc init() { local n\n"
      "roots = new SectionList()\nroots.allroots()\nn = 0\n"
      "forsec roots { n = n + 1 }\nprint n\n}\nendtemplate Census\n");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto other =
      Instantiate(ModelEngine(), *loaded, 0, {}, {.isolate = false});
  ModelEngine().TakeOutput();
  const auto isolated = Instantiate(ModelEngine(), *loaded, 1, {});
  EXPECT_EQ(ModelEngine().TakeOutput(), "2 \n");
  const auto together =
      Instantiate(ModelEngine(), *loaded, 2, {}, {.isolate = false});
  EXPECT_EQ(ModelEngine().TakeOutput(), "6 \n");  // those of all three
}

TEST_F(Templates, KnowsArtificialCells) {
  const auto known = KnownTemplate(ModelEngine(), "VecStim");
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_TRUE(known->is_point_process);
  const auto cell = InstantiateWithoutMorphology(ModelEngine(), *known, 5);
  ASSERT_TRUE(cell.ok()) << cell.status();
  EXPECT_TRUE(*(*cell)->IsArtificial());
  EXPECT_TRUE((*cell)->SetPosition(1, 2, 3).ok());
  EXPECT_EQ(KnownTemplate(ModelEngine(), "NoSuch").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(TemplateArguments, RefusesAParentWithoutLength) {
  neuroh5::Tree tree = SmallTree(9);
  tree.z[1] = tree.z[0];
  const auto arguments = ArgumentsOf(tree);
  EXPECT_EQ(FaultOrMessage(arguments.status()).gid, 9);
  EXPECT_THAT(FaultOrMessage(arguments.status()).what,
              HasSubstr("section 0 has children but no length"));
}

TEST(TemplateArguments, SharesTheArgumentsOfEqualTrees) {
  ArgumentCache cache;
  const auto a = cache.ArgumentsFor(SmallTree(1));
  const auto b = cache.ArgumentsFor(SmallTree(2));
  EXPECT_EQ((*a)[0].get(), (*b)[0].get());
  neuroh5::Tree other = SmallTree(3);
  other.x[5] = 1;
  ASSERT_TRUE(cache.ArgumentsFor(other).ok());
  EXPECT_EQ(cache.size(), 2);
}

}  // namespace
}  // namespace miv::simulate::neuron
