#pragma once

// Arithmetic expressions of the config, e.g. "a * exp(-delay / tau)".

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv {

/// A parsed expression of one variable.
///
///   expr   = term (("+" | "-") term)*
///   term   = factor (("*" | "/") factor)*
///   factor = ("+" | "-") factor | power
///   power  = atom (("**" | "^") factor)?
///   atom   = number | name | name "(" expr ")" | "(" expr ")"
///
/// Functions: exp, log, sqrt, abs.  Names: the variable and the constants.
class Expression {
 public:
  /// variables: names of the one variable.  A constant of the same name wins.
  /// Errors: InvalidArgument EXPRESSION that quotes the text and the place.
  static absl::StatusOr<Expression> Parse(
      absl::string_view text, std::vector<std::string> variables,
      const std::map<std::string, double>& constants);

  double Evaluate(double variable) const;

 private:
  friend class ExpressionParser;
  enum class Op {
    kNumber,
    kVariable,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kPower,
    kNegate,
    kExp,
    kLog,
    kSqrt,
    kAbs
  };
  struct Step {
    Op op;
    double number = 0;
  };

  static double Apply(Op op, double a, double b);
  static double Apply(Op op, double a);

  std::vector<Step> steps_;  ///< reverse Polish
};

}  // namespace miv
