// Files written by h5py with one thing wrong each; odd_files.py draws them.

#include "common/neuroh5/validate.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/common/neuroh5/h5py_files.h"

namespace miv::neuroh5 {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Case {
  const char* name;
  Severity severity;
  const char* path;
  const char* what;
};
class ValidateFinds : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override { MIV_NEED_H5PY(); }
};

TEST_P(ValidateFinds, WhatIsWrongAndWhere) {
  const std::vector<Finding> findings = Validate(OddFile(GetParam().name));
  for (const Finding& f : findings) {
    if (f.path != GetParam().path || f.severity != GetParam().severity ||
        f.what.find(GetParam().what) == std::string::npos)
      continue;
    EXPECT_FALSE(f.remedy.empty());
    return;
  }
  ADD_FAILURE() << "not found among " << findings.size() << " findings";
  for (const Finding& f : findings)
    ADD_FAILURE() << f.path << ": " << f.what << "; found " << f.found;
}

constexpr auto kError = Severity::kError;
constexpr auto kWarning = Severity::kWarning;
INSTANTIATE_TEST_SUITE_P(
    File, ValidateFinds,
    testing::Values(
        Case{"f64", kError, "/Populations/A/N/v/Attribute Value",
             "does not allow"},
        Case{"short_pointer", kError, "/Populations/A/N/v/Attribute Pointer",
             "too short"},
        Case{"decreasing", kError, "/Populations/A/N/v/Attribute Pointer",
             "decreases"},
        Case{"beyond_values", kError, "/Populations/A/N/v/Attribute Pointer",
             "leaves the values"},
        Case{"unowned_values", kError, "/Populations/A/N/v/Attribute Pointer",
             "belong to no cell"},
        Case{"beyond_cells", kError, "/Populations/A/N/v/Cell Index",
             "does not have"},
        Case{"unknown_population", kError, "/Populations/C",
             "not one of /H5Types"},
        Case{"different_cells", kWarning, "/Populations/A/N/b",
             "different cells"},
        Case{"synapse_lengths", kError,
             "/Populations/A/Synapse Attributes/syn_locs", "(gid 1)"},
        Case{"good", kWarning, "/Populations/A/N/twice", "more than once"},
        Case{"good", kWarning, "/Populations/A/N/no_index", "no Cell Index"},
        Case{"good", kWarning, "/Populations/A/Trees", "do not share"},
        Case{"good", kWarning, "/Projections/A/B/Edges", "more than once"},
        Case{"readme", kWarning,
             "/Projections/A/B/Edges/Destination Block Pointer",
             "number of destinations"},
        Case{"edge_length", kError, "/Projections/A/B/Synapses/syn_id",
             "one value per edge"},
        Case{"beyond_sources", kError, "/Projections/A/B/Edges/Source Index",
             "beyond population B"},
        Case{"unlisted", kError, "/Projections/B/B", "not one of the valid"},
        Case{"no_pairs", kWarning, "/H5Types/Valid population projections",
             "no graph"},
        Case{"tree_twice", kError, "/Populations/A/Trees", "two trees"},
        Case{"tree_one_section", kWarning, "/Populations/A/Trees",
             "one section"},
        Case{"tree_one_based", kError, "/Populations/A/Trees", "count from 1"},
        Case{"no_types", kError, "/H5Types", "which populations"},
        Case{"overlap", kError, "/H5Types", "overlap"},
        Case{"wide_rows", kWarning, "/H5Types/Populations", "misreads"},
        Case{"huge", kError, "/Populations/A/N/v/Cell Index",
             "more values than it stores"}),
    [](const auto& info) {
      return std::string(info.param.name) + std::to_string(info.index);
    });

TEST(Validate, FindsOnlyWarningsInAGoodFile) {
  MIV_NEED_H5PY();
  const std::vector<Finding> findings = Validate(OddFile("good"));
  EXPECT_FALSE(HasErrors(findings));
  EXPECT_TRUE(HasErrors(Validate(OddFile("f64"))));
}

TEST(Validate, StopsAtTheLimit) {
  MIV_NEED_H5PY();
  ValidateOptions options;
  options.max_findings = 2;
  EXPECT_THAT(Validate(OddFile("good"), options), SizeIs(2));
}

TEST(Validate, FindsTheSameWithSmallBlocks) {
  MIV_NEED_H5PY();
  ValidateOptions options;
  options.block_bytes = 1;
  EXPECT_EQ(Validate(OddFile("good"), options).size(),
            Validate(OddFile("good")).size());
}

TEST(Validate, ReportsAMissingFile) {
  const std::vector<Finding> findings = Validate("/nonexistent/x.h5");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].what, HasSubstr("no such file"));
}

}  // namespace
}  // namespace miv::neuroh5
