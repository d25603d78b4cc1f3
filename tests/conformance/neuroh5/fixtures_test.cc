// Files written by the original neuroh5 library mean to our reader what they
// mean to it.  The fixtures lie beside the repository and are not part of it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "common/neuroh5/reader.h"
#include "common/neuroh5/trees.h"
#include "common/neuroh5/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/neuroh5_json.h"

namespace miv::neuroh5 {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string Directory() {
  const char* shared = std::getenv("MIV_SHARED");
  return std::string(shared ? shared : MIV_SOURCE_DIR "/../shared") +
         "/conformance/neuroh5/";
}

class Fixture : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    path_ = Directory() + GetParam() + ".h5";
    if (!std::filesystem::exists(path_))
      GTEST_SKIP() << "no fixture " << path_ << "; set MIV_SHARED";
  }

  json Expected() const {
    std::ifstream in(Directory() + GetParam() + ".expected.json");
    return json::parse(in);
  }

  bool IsOneBased() const {
    return GetParam().find("trees_base1") != std::string::npos;
  }

  std::string path_;
};

TEST_P(Fixture, MeansWhatTheOriginalLibraryReads) {
  const auto reader = Reader::Open(path_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const auto meaning = MeaningOf(*reader);
  ASSERT_TRUE(meaning.ok()) << meaning.status();
  const json expected = Expected()["semantic"];
  EXPECT_EQ(*meaning, expected) << json::diff(expected, *meaning).dump(1);
}

TEST_P(Fixture, ValidatesWithoutErrorsUnlessItHoldsOneBasedTrees) {
  const std::vector<Finding> findings = Validate(path_);
  if (IsOneBased()) {
    ASSERT_TRUE(HasErrors(findings));
    EXPECT_THAT(findings[0].what, HasSubstr("count from 1"));
    return;
  }
  for (const Finding& f : findings)
    EXPECT_EQ(f.severity, Severity::kWarning) << f.path << ": " << f.what;
}

TEST_P(Fixture, TreesAreReadOrRefusedByName) {
  const auto reader = Reader::Open(path_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const json expected = Expected()["semantic"]["cell_attributes"];
  for (const auto& [population, name_spaces] : expected.items()) {
    if (!name_spaces.contains("Trees")) continue;
    const auto trees = ReadTrees(*reader, population, Selection::All());
    if (IsOneBased()) {
      EXPECT_EQ(trees.status().code(), absl::StatusCode::kDataLoss);
      EXPECT_THAT(std::string(trees.status().message()),
                  HasSubstr("count from 1"));
      continue;
    }
    ASSERT_TRUE(trees.ok()) << trees.status();
    ASSERT_EQ(trees->size(), name_spaces["Trees"].size());
    for (const Tree& tree : *trees) {
      const json& one = name_spaces["Trees"][std::to_string(tree.gid)];
      EXPECT_EQ(json(FlattenSections(tree)), one["Section"]);
      EXPECT_EQ(json(tree.src), one["Source Section"]);
      EXPECT_EQ(json(tree.x), one["X Coordinate"]);
      EXPECT_TRUE(ConnectionPoints(tree).ok());
    }
  }
}

std::vector<std::string> Names() {
  std::vector<std::string> names = {"swc/forest", "swc/tree"};
  for (const std::string folder : {"np1", "np2", "pinned_np1", "pinned_np2"})
    for (const std::string file :
         {"cells", "connections", "connections_write", "gapjunctions",
          "results", "small_chunks", "trees_base1"})
      names.push_back(folder + "/" + file);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Neuroh5, Fixture, testing::ValuesIn(Names()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name;
                         });

}  // namespace
}  // namespace miv::neuroh5
