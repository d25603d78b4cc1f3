// Whether a value of the form {expr, parameter, const} can be computed.

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/expression.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {

using nlohmann::json;

std::optional<Fault> ExpressionFault(const json& value,
                                     const std::vector<std::string>& allowed) {
  if (!value.is_object()) return std::nullopt;
  const json given = value.value("parameter", json::array());
  const auto parameters = given.is_string()
                              ? std::vector<std::string>{given}
                              : given.get<std::vector<std::string>>();
  if (!value.contains("expr")) {
    for (const char* name : {"parameter", "const"})
      if (value.contains(name))
        return Fault{
            .reason = "MISSING_FIELD",
            .field = "expr",
            .what = absl::StrCat("the field is required beside ", name)};
    return std::nullopt;
  }
  const bool known =
      allowed.empty() || parameters.empty() ||
      std::find(allowed.begin(), allowed.end(), parameters[0]) != allowed.end();
  if (parameters.size() > 1 || !known)
    return Fault{
        .reason = "NOT_AVAILABLE",
        .field = "parameter",
        .what = "the expression depends on something else",
        .expected = allowed.empty() ? "one name" : absl::StrJoin(allowed, ", "),
        .found = Show(given)};
  std::vector<std::string> variables =
      parameters.empty() ? allowed : parameters;
  variables.push_back("x");
  const auto constants =
      value.value("const", json::object()).get<std::map<std::string, double>>();
  const auto expression =
      Expression::Parse(value["expr"].get<std::string>(), variables, constants);
  if (expression.ok()) return std::nullopt;
  Fault fault = FaultOrMessage(expression.status());
  fault.field = "expr";
  return fault;
}

}  // namespace miv::pipeline
