#include "common/config/scalar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace miv::config {
namespace {

using nlohmann::json;

struct Case {
  std::string name;
  std::string text;
  json value;  // by hand, from YAML 1.2.2 section 10.3.2
};

class PlainScalarOf : public testing::TestWithParam<Case> {};

TEST_P(PlainScalarOf, HasTheCoreSchemasType) {
  const json value = PlainScalar(GetParam().text);
  EXPECT_EQ(value, GetParam().value);
  EXPECT_EQ(value.type_name(), std::string(GetParam().value.type_name()));
  EXPECT_EQ(value.is_number_float(), GetParam().value.is_number_float());
}

INSTANTIATE_TEST_SUITE_P(
    Scalars, PlainScalarOf,
    testing::Values(
        Case{"Empty", "", nullptr}, Case{"Tilde", "~", nullptr},
        Case{"Null", "null", nullptr}, Case{"True", "true", true},
        Case{"False", "FALSE", false}, Case{"YesIsText", "yes", "yes"},
        Case{"Integer", "42", 42}, Case{"Negative", "-7", -7},
        Case{"Plus", "+7", 7}, Case{"LeadingZeroIsDecimal", "010", 10},
        Case{"Octal", "0o17", 15}, Case{"Hex", "0xfF", 255},
        Case{"BadOctal", "0o8", "0o8"},
        Case{"MaxInt64", "9223372036854775807",
             std::numeric_limits<std::int64_t>::max()},
        Case{"MaxUint64", "18446744073709551615",
             std::numeric_limits<std::uint64_t>::max()},
        Case{"BeyondUint64", "18446744073709551616", 18446744073709551616.0},
        Case{"HexBeyondUint64", "0x10000000000000000", 18446744073709551616.0},
        Case{"Double", "0.025", 0.025}, Case{"WholeDouble", "5.0", 5.0},
        Case{"TrailingPoint", "5.", 5.0}, Case{"LeadingPoint", ".5", 0.5},
        Case{"Exponent", "1e-5", 1e-5}, Case{"Exponent2", "1.7e-4", 1.7e-4},
        Case{"SignedExponent", "-2E+3", -2000.0},
        Case{"NoMantissa", "e5", "e5"}, Case{"NoExponent", "5e", "5e"},
        Case{"Point", ".", "."}, Case{"Sign", "-", "-"},
        Case{"Version", "1.2.3", "1.2.3"}, Case{"Path", "./a.swc", "./a.swc"},
        Case{"Infinity", ".inf", std::numeric_limits<double>::infinity()},
        Case{"MinusInfinity", "-.Inf",
             -std::numeric_limits<double>::infinity()},
        Case{"BareNanIsText", "nan", "nan"}, Case{"Spaces", "1 000", "1 000"}),
    [](const auto& info) { return info.param.name; });

TEST(PlainScalar, NotANumberIsADouble) {
  const json value = PlainScalar(".nan");
  ASSERT_TRUE(value.is_number_float());
  EXPECT_TRUE(std::isnan(value.get<double>()));
}

}  // namespace
}  // namespace miv::config
