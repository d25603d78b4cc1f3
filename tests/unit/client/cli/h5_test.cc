// h5 and plot verbs on a file that h5py wrote (plot/data/generate.py).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "client/cli/h5_tree.h"
#include "client/cli/program.h"
#include "common/base/files.h"

namespace miv::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string kFile =
    std::string(MIV_SOURCE_DIR) + "/tests/unit/client/plot/data/results.h5";

class H5VerbTest : public ::testing::Test {
 protected:
  int Miv(std::vector<std::string> args) {
    std::ostringstream out, err;
    const int code = RunMiv(
        args,
        {.out = out,
         .err = err,
         .looks = [] { return Looks{}; },
         .environment = [](const std::string&) -> std::optional<std::string> {
           return std::nullopt;
         }});
    out_ = out.str();
    err_ = err.str();
    return code;
  }
  nlohmann::json OutJson() {
    return nlohmann::json::parse(out_, nullptr, false);
  }
  std::string Temporary(const std::string& name) {
    return JoinPath(::testing::TempDir(), name);
  }
  std::string out_, err_;
};

TEST_F(H5VerbTest, ShowListsPopulationsAttributesAndOtherGroups) {
  EXPECT_EQ(Miv({"h5", "show", kFile}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("PYR             5          4         8"),
                          HasSubstr("Spike Events"),
                          HasSubstr("/LFP/soma/v       f64 [201]"),
                          HasSubstr("/Spikes/gid       u32 [6]")));
}

TEST_F(H5VerbTest, ShowPrintsJson) {
  EXPECT_EQ(Miv({"h5", "show", kFile, "--json"}), 0);
  const auto form = OutJson();
  EXPECT_EQ(form["populations"][1],
            nlohmann::json::parse(R"({"name":"PYR","index":100,"start":4,
              "count":5,"trees":0,"attributes":[{"namespace":"Spike Events",
              "name":"t","type":"f32","cells":2,"values":3}]})"));
  EXPECT_EQ(form["other"].back(),
            nlohmann::json::parse(R"({"path":"/Spikes/t","kind":"dataset",
              "type":"f64","shape":[6]})"));
}

TEST_F(H5VerbTest, ValidateExitsWithOneIfThereAreFindings) {
  EXPECT_EQ(Miv({"h5", "validate", kFile}), 0);
  EXPECT_THAT(out_, HasSubstr("results.h5: sound"));
  const std::string broken = Temporary("h5_broken.h5");
  ASSERT_TRUE(
      WriteFileAtomically(broken, ReadFile(kFile)->substr(0, 50'000)).ok());
  EXPECT_EQ(Miv({"h5", "validate", broken}), 1);
  EXPECT_THAT(out_, HasSubstr("1 error"));
  EXPECT_EQ(Miv({"h5", "validate", broken, "--json"}), 1);
  EXPECT_EQ(OutJson()["sound"], false);
  EXPECT_THAT(OutJson()["findings"], SizeIs(1));
}

TEST_F(H5VerbTest, FilesThatAreNotThereAreBadInput) {
  EXPECT_EQ(Miv({"h5", "show", "/nowhere.h5"}), 2);
  EXPECT_EQ(Miv({"h5", "validate", "/nowhere.h5"}), 2);
  EXPECT_THAT(err_, HasSubstr("no such file"));
}

TEST_F(H5VerbTest, PlotDrawsBothPictures) {
  for (const std::string kind : {"raster", "lfp"}) {
    const std::string picture = Temporary("h5_" + kind + ".svg");
    const int code = Miv({"plot", kind, kFile, "-o", picture});
    if (code == 2 && err_.find("gnuplot-nox") != std::string::npos)
      GTEST_SKIP() << err_;
    EXPECT_EQ(code, 0) << err_;
    EXPECT_THAT(*ReadFile(picture), HasSubstr("<svg"));
  }
}

TEST_F(H5VerbTest, PlotRefusesBadOptionsBeforeItDraws) {
  EXPECT_EQ(Miv({"plot", "raster", kFile, "-o", "x.pdf"}), 2);
  EXPECT_EQ(Miv({"plot", "raster", kFile, "-o", "x.png", "--size", "1x1"}), 2);
  EXPECT_EQ(Miv({"plot", "lfp", kFile, "-o", "x.png", "--electrode", "no"}), 2);
  EXPECT_EQ(
      Miv({"plot", "lfp", kFile, "-o", "x.png", "--from", "9", "--to", "3"}),
      2);
  EXPECT_THAT(err_, HasSubstr("--to"));
}

TEST(ListH5, DescribesEveryObject) {
  const auto objects = ListH5(kFile, "/Spikes");
  ASSERT_TRUE(objects.ok()) << objects.status();
  ASSERT_THAT(*objects, SizeIs(2));
  EXPECT_EQ(objects->front().path, "/Spikes/gid");
  EXPECT_EQ(objects->front().type, "u32");
  EXPECT_THAT(objects->front().shape, ::testing::ElementsAre(6));
}

TEST(ListH5, RefusesWhatIsNotHdf5) {
  EXPECT_EQ(
      ListH5(std::string(MIV_SOURCE_DIR) + "/LICENSE", "/").status().code(),
      absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace miv::client
