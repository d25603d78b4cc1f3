#include "common/config/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/base/fault.h"

namespace miv::config {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<Document> Parse(absl::string_view text) {
  return ParseYaml(text, "model.yaml", "");
}

std::string MessageOf(absl::string_view text) {
  return std::string(Parse(text).status().message());
}

// A directory with files, gone afterwards.
class Files : public testing::Test {
 protected:
  Files() {
    root_ = std::filesystem::temp_directory_path() /
            ("miv_yaml_" + std::to_string(::getpid()) + "_" +
             testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(root_ / "config");
  }
  ~Files() override { std::filesystem::remove_all(root_); }

  std::string Write(const std::string& name, const std::string& text) {
    const auto path = root_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  std::filesystem::path root_;
};

int LineOf(const Document& document, absl::string_view field) {
  const SourcePosition* position = document.sources.Find(field);
  return position == nullptr ? -1 : position->line;
}

TEST(Yaml, ReadsMapsListsAndScalars) {
  const auto document = Parse(
      "name: net\n"
      "n: 5\n"
      "quoted: '5'\n"
      "tagged: !!str 5\n"
      "list: [1, 2.5, x]\n"
      "none:\n"
      "1: one\n");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->value, json({{"name", "net"},
                                   {"n", 5},
                                   {"quoted", "5"},
                                   {"tagged", "5"},
                                   {"list", {1, 2.5, "x"}},
                                   {"none", nullptr},
                                   {"1", "one"}}));
}

TEST(Yaml, EmptyTextIsNull) {
  const auto document = Parse("# nothing\n");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_TRUE(document->value.is_null());
}

TEST(Yaml, RemembersLinesAndOrder) {
  const auto document = Parse(
      "b: 1\n"
      "a:\n"
      "  z: [1,\n"
      "      {y: 2}]\n"
      "  c: 3\n");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(LineOf(*document, "b"), 1);
  EXPECT_EQ(LineOf(*document, "a.z"), 3);
  EXPECT_EQ(LineOf(*document, "a.z[0]"), 3);
  EXPECT_EQ(LineOf(*document, "a.z[1].y"), 4);
  EXPECT_EQ(LineOf(*document, "a.c"), 5);
  EXPECT_EQ(LineOf(*document, "a.c.missing[4]"), 5);
  EXPECT_THAT(document->sources.KeysOf(""), ElementsAre("b", "a"));
  EXPECT_THAT(document->sources.KeysOf("a"), ElementsAre("z", "c"));
}

TEST(Yaml, AliasesAndMergesAreExpanded) {
  const auto document = Parse(
      "base: &base {x: 1, y: 2}\n"
      "more: &more {<<: *base, z: 3}\n"
      "own: {x: 9, <<: [*more]}\n"
      "same: *base\n");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->value["own"], json({{"x", 9}, {"y", 2}, {"z", 3}}));
  EXPECT_EQ(document->value["same"], json({{"x", 1}, {"y", 2}}));
}

TEST(Yaml, DuplicateKeyIsRefusedWithBothLines) {
  EXPECT_EQ(MessageOf("a: 1\nb:\n  c: 1\n  c: 2\n"),
            "model.yaml:4: b.c: the key was already given on line 3. Keep one "
            "of the two.");
}

TEST(Yaml, SyntaxErrorNamesTheLine) {
  const auto status = Parse("a: 1\nb: [1, 2\nc: 3\n").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("model.yaml:3: not valid YAML: "));
  EXPECT_EQ(FaultOf(status)->reason, "YAML_SYNTAX");
}

TEST(Yaml, UnknownTagIsRefused) {
  EXPECT_EQ(MessageOf("a: !eval x\n"),
            "model.yaml:1: a: unknown YAML tag !eval. Only !include FILE is "
            "understood.");
}

TEST(Yaml, KeyThatIsAListIsRefused) {
  EXPECT_EQ(MessageOf("a:\n  [1, 2]: 3\n"),
            "model.yaml:2: a: a key is a list or a mapping; expected a name");
}

TEST(Yaml, MergeOfAScalarIsRefused) {
  EXPECT_EQ(MessageOf("a:\n  <<: 3\n"),
            "model.yaml:2: a: `<<` must name a mapping or a list of mappings");
}

TEST(Yaml, SecondDocumentIsRefused) {
  EXPECT_THAT(MessageOf("a: 1\n---\nb: 2\n"),
              HasSubstr("more than one YAML document; expected one, found 2"));
}

TEST(Yaml, AnchorThatContainsItselfIsRefused) {
  EXPECT_THAT(MessageOf("a: &a [*a]\n"), HasSubstr("too large"));
  EXPECT_THAT(MessageOf("a: &a {<<: *a}\n"), HasSubstr("too large"));
}

TEST(Yaml, DeepNestingIsRefused) {
  EXPECT_EQ(FaultOf(Parse(std::string(65, '[') + std::string(65, ']')).status())
                ->reason,
            "YAML_TOO_LARGE");
}

TEST(Yaml, ExponentialAliasesAreRefused) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += last + ", ";
    text += "]\n";
  }
  EXPECT_THAT(MessageOf(text), HasSubstr("too large"));
}

TEST_F(Files, IncludesAreRelativeToTheFileTheyStandIn) {
  Write("config/density.yml", "mean: 1\n");
  Write("config/cells.yml", "# cells\nPYR: !include density.yml\n");
  const auto path = Write("top.yaml",
                          "a: from_file('config/cells.yml')\n"
                          "b: \"from_file( 'config/cells.yml' )\"\n");
  const auto document = LoadYamlFile(path);
  ASSERT_TRUE(document.ok()) << document.status();
  const json cells = {{"PYR", {{"mean", 1}}}};
  EXPECT_EQ(document->value, json({{"a", cells}, {"b", cells}}));
  const SourcePosition* position = document->sources.Find("a.PYR.mean");
  ASSERT_NE(position, nullptr);
  EXPECT_EQ(position->file, (root_ / "config/density.yml").string());
  EXPECT_EQ(position->line, 1);
  EXPECT_EQ(LineOf(*document, "a.PYR"), 2);
  EXPECT_EQ(LineOf(*document, "a"), 1);
  EXPECT_THAT(document->files,
              ElementsAre(path, (root_ / "config/cells.yml").string(),
                          (root_ / "config/density.yml").string()));
}

TEST_F(Files, IncludeCycleIsRefused) {
  Write("b.yaml", "c: from_file('a.yaml')\n");
  const auto path = Write("a.yaml", "b: !include ./b.yaml\n");
  const auto b = (root_ / "b.yaml").string();
  EXPECT_EQ(LoadYamlFile(path).status().message(),
            b + ":1: b.c: the files include each other: " + path + " -> " + b +
                " -> " + path + ". Remove one of the includes.");
}

TEST_F(Files, MissingIncludeNamesBothFiles) {
  const auto path = Write("a.yaml", "x: 1\nb: from_file('no.yaml')\n");
  const auto status = LoadYamlFile(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(path + ":2: b: cannot include no.yaml: "));
}

TEST_F(Files, MissingFileIsNotFound) {
  EXPECT_EQ(LoadYamlFile((root_ / "no.yaml").string()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadYamlFile(root_.string()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Yaml, FromFileWithoutAQuotedNameIsRefused) {
  EXPECT_EQ(MessageOf("a: from_file(x.yml)\n"),
            "model.yaml:1: a: from_file and !include name one file. Write "
            "from_file('FILE') or !include FILE.");
}

TEST(SourceMap, FallsBackToTheClosestAncestor) {
  SourceMap sources;
  EXPECT_EQ(sources.Find("a"), nullptr);
  sources.Set("", {"f", 0});
  sources.Set("a", {"f", 3});
  EXPECT_EQ(sources.Find("a.b[2].c")->line, 3);
  EXPECT_EQ(sources.Find("ab")->line, 0);
}

TEST(SourceMap, GraftReplacesWhatWasKnownBelowAField) {
  SourceMap map, value;
  map.Set("a", {"f", 1});
  map.Set("a.b", {"f", 2});
  map.Set("a.b.c", {"f", 3});
  map.Set("a.b[0]", {"f", 4});
  map.Set("a.bc", {"f", 5});
  map.AddKey("a", "b");
  map.AddKey("a.b", "c");
  map.AddKey("a.bc", "d");
  value.Set("", {"g", 1});
  value.Set("z", {"g", 7});
  value.Set("z[1]", {"g", 8});
  value.AddKey("", "z");
  map.Graft("a.b", value);
  EXPECT_EQ(map.Find("a")->line, 1);
  EXPECT_EQ(map.Find("a.b")->file, "g");
  EXPECT_EQ(map.Find("a.b.c")->line, 1);
  EXPECT_EQ(map.Find("a.b[0]")->line, 1);
  EXPECT_EQ(map.Find("a.b.z")->line, 7);
  EXPECT_EQ(map.Find("a.b.z[1]")->line, 8);
  EXPECT_EQ(map.Find("a.bc")->line, 5);
  EXPECT_EQ(map.KeysOf("a.b"), std::vector<std::string>{"z"});
  EXPECT_EQ(map.KeysOf("a.bc"), std::vector<std::string>{"d"});
}

TEST(SourceMap, GraftAtOnePlaceKeepsTheOrderOfKeys) {
  SourceMap map, value;
  value.Set("z", {"g", 7});
  value.AddKey("", "z");
  const SourcePosition here{"--set", 0};
  map.Graft("a", value, &here);
  EXPECT_EQ(map.Find("a.z")->file, "--set");
  EXPECT_EQ(map.Find("a.z")->line, 0);
  EXPECT_EQ(map.KeysOf("a"), std::vector<std::string>{"z"});
}

TEST(WithSource, AddsFileAndLineOnce) {
  SourceMap sources;
  sources.Set("steps.run", {"p.yaml", 7});
  const auto status = WithSource(
      InvalidInput({.field = "steps.run.config.dt", .what = "not positive"}),
      sources);
  EXPECT_EQ(status.message(), "p.yaml:7: steps.run.config.dt: not positive");
  SourceMap other;
  other.Set("steps.run", {"q.yaml", 9});
  EXPECT_EQ(WithSource(status, other), status);
  EXPECT_EQ(WithSource(absl::OkStatus(), sources), absl::OkStatus());
  const auto plain = absl::NotFoundError("no fault");
  EXPECT_EQ(WithSource(plain, sources), plain);
}

}  // namespace
}  // namespace miv::config
