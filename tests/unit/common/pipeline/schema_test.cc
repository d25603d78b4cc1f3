#include "common/pipeline/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/base/fault.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;

Field Aliased() {
  Field field = Default("loc", NumberFrom(0, 1), 0.5);
  field.aliases = {"x"};
  return field;
}

// A record with every kind of field.
Schema Example() {
  return Record(
      "an example",
      {Required("name", String()), Default("count", Count(), 3), Aliased(),
       Optional("where", OneOf({Choice("place", {"soma", "axon"}), Count()})),
       Optional("pair", ListOfExactly(2, Number())),
       Optional("by_name", MapOf("thing", Positive())),
       Optional("maybe", Nullable(Integer())), Resource("io_size", Integer()),
       Unused("old", {7})});
}

std::string ErrorOf(json value) {
  return std::string(ApplySchema(Example(), "c", value).message());
}

TEST(ApplySchema, FillsInDefaultsAndRenamesAliases) {
  json value = {{"name", "a"}, {"x", 1}};
  ASSERT_EQ(ApplySchema(Example(), "c", value), absl::OkStatus());
  EXPECT_EQ(value, json({{"name", "a"}, {"count", 3}, {"loc", 1}}));
}

TEST(ApplySchema, MakesWholeNumbersIntegersWhereIntegersBelong) {
  json value = {{"name", "a"}, {"count", 5.0}};
  ASSERT_EQ(ApplySchema(Example(), "c", value), absl::OkStatus());
  EXPECT_TRUE(value["count"].is_number_integer());
}

TEST(ApplySchema, NullIsAbsentUnlessTheFieldMayBeNull) {
  json value = {{"name", "a"}, {"count", nullptr}, {"maybe", nullptr}};
  ASSERT_EQ(ApplySchema(Example(), "c", value), absl::OkStatus());
  EXPECT_EQ(value["count"], 3);
  EXPECT_TRUE(value["maybe"].is_null());
  EXPECT_EQ(ErrorOf({{"name", nullptr}}),
            "c.name: the field is required; expected a string");
}

TEST(ApplySchema, NamesUnusedFieldsWithUnusualValues) {
  json value = {{"name", "a"}, {"old", {1, 2}}};
  std::vector<std::string> unused;
  ASSERT_EQ(ApplySchema(Example(), "c", value, &unused), absl::OkStatus());
  EXPECT_THAT(unused, ElementsAre("c.old"));
  for (const json& usual : {json(7), json()}) {
    unused.clear();
    value = {{"name", "a"}, {"old", usual}};
    ASSERT_EQ(ApplySchema(Example(), "c", value, &unused), absl::OkStatus());
    EXPECT_TRUE(unused.empty());
  }
}

struct ErrorCase {
  std::string name;
  json value;
  std::string message;
};

class SchemaError : public testing::TestWithParam<ErrorCase> {};

TEST_P(SchemaError, SaysWhereWhatAndWhatElse) {
  EXPECT_EQ(ErrorOf(GetParam().value), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Values, SchemaError,
    testing::Values(
        ErrorCase{"Missing", json::object(),
                  "c.name: the field is required; expected a string"},
        ErrorCase{"NotARecord", 3,
                  "c: the value has the wrong type; expected a mapping with "
                  "name, count, loc, where, pair, by_name, maybe, found 3"},
        ErrorCase{"Empty",
                  {{"name", ""}},
                  "c.name: the value is too short; expected a string, found "
                  "\"\""},
        ErrorCase{"UnknownNear",
                  {{"name", "a"}, {"conut", 1}},
                  "c.conut: unknown field of an example. Did you mean "
                  "\"count\"?"},
        ErrorCase{"UnknownFar",
                  {{"name", "a"}, {"zzzzz", 1}},
                  "c.zzzzz: unknown field of an example. Known: name, count, "
                  "loc, where, pair, by_name, maybe."},
        ErrorCase{"Negative",
                  {{"name", "a"}, {"count", -1}},
                  "c.count: the value is out of range; expected an integer, at "
                  "least 0, found -1"},
        ErrorCase{"Fraction",
                  {{"name", "a"}, {"count", 1.5}},
                  "c.count: the value has the wrong type; expected an integer, "
                  "at least 0, found 1.5"},
        ErrorCase{"Boolean",
                  {{"name", "a"}, {"count", true}},
                  "c.count: the value has the wrong type; expected an integer, "
                  "at least 0, found true"},
        ErrorCase{"QuotedNumber",
                  {{"name", "a"}, {"loc", "0.5"}},
                  "c.loc: the value has the wrong type; expected a number from "
                  "0 to 1, found \"0.5\". Remove the quotes."},
        ErrorCase{"BeyondInt64",
                  {{"name", "a"}, {"count", 18446744073709551615u}},
                  "c.count: the value is out of range; expected an integer, at "
                  "least 0, found 18446744073709551615"},
        ErrorCase{
            "NotFinite",
            {{"name", "a"}, {"loc", std::numeric_limits<double>::infinity()}},
            "c.loc: the number is not finite; found .inf"},
        ErrorCase{"TwoSpellings",
                  {{"name", "a"}, {"x", 1}, {"loc", 1}},
                  "c.x: the field is also given as another spelling of "
                  "\"loc\". Keep one of the two."},
        ErrorCase{"UnknownChoice",
                  {{"name", "a"}, {"where", "somma"}},
                  "c.where: unknown place; expected one of soma, axon, found "
                  "\"somma\". Did you mean \"soma\"?"},
        ErrorCase{"NoAlternative",
                  {{"name", "a"}, {"where", true}},
                  "c.where: the value has the wrong type; expected one of "
                  "soma, axon or an integer, at least 0, found true"},
        ErrorCase{"ShortList",
                  {{"name", "a"}, {"pair", {1}}},
                  "c.pair: the value is too short; expected a list of 2 "
                  "numbers, found [1]"},
        ErrorCase{"LongList",
                  {{"name", "a"}, {"pair", {1, 2, 3}}},
                  "c.pair: the value is too long; expected a list of 2 "
                  "numbers, found [1,2,3]"},
        ErrorCase{"InList",
                  {{"name", "a"}, {"pair", {1, "b"}}},
                  "c.pair[1]: the value has the wrong type; expected a number, "
                  "found \"b\""},
        ErrorCase{"InMap",
                  {{"name", "a"}, {"by_name", {{"k", 0}}}},
                  "c.by_name.k: the value is out of range; expected a number "
                  "above 0, found 0"},
        ErrorCase{"FileNameForAMap",
                  {{"name", "a"}, {"by_name", "k.yml"}},
                  "c.by_name: the value has the wrong type; expected a mapping "
                  "from thing to a number above 0, found \"k.yml\". Write "
                  "from_file('k.yml') for the content of the file."}),
    [](const auto& info) { return info.param.name; });

TEST(ApplySchema, KeysOfAMapMayBeLimited) {
  json value = {{"somma", 1}};
  EXPECT_EQ(ApplySchema(MapOf("section class", {"soma", "axon"}, Number()), "d",
                        value)
                .message(),
            "d.somma: unknown section class; expected one of soma, axon, found "
            "\"somma\". Did you mean \"soma\"?");
}

TEST(ApplySchema, RefusesEndlessNestingOfFreeValues) {
  json value = 1;
  for (int i = 0; i < 70; ++i) value = json::array({value});
  EXPECT_EQ(FaultOf(ApplySchema(Any(), "d", value))->what,
            "the value is nested too deeply");
}

TEST(ApplySchema, RefusesNumbersThatJsonCannotCarryInFreeValues) {
  json value = {{"a", {1, std::numeric_limits<double>::quiet_NaN()}}};
  EXPECT_EQ(ApplySchema(Any(), "d", value).message(),
            "d.a[1]: the number is not finite; found .nan");
}

TEST(Show, KeepsErrorsShort) {
  EXPECT_EQ(Show(nullptr), "nothing");
  EXPECT_EQ(Show(5.0), "5");
  EXPECT_EQ(Show("a"), "\"a\"");
  EXPECT_EQ(Show(std::vector<int>(100, 7)), "a list of 100");
  EXPECT_EQ(Show(std::string(100, 'a')).size(), 60u);
}

TEST(Describe, FormsThePluralOfNouns) {
  EXPECT_EQ(Describe(ListOf(Choice("section class", {"soma", "axon"}))),
            "a list of section classes");
  EXPECT_EQ(Describe(ListOf(String("layer"))), "a list of layers");
}

}  // namespace
}  // namespace miv::pipeline
