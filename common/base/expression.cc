#include "common/base/expression.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/fault.h"

namespace miv {

class ExpressionParser {
 public:
  ExpressionParser(absl::string_view text, std::vector<std::string> variables,
                   const std::map<std::string, double>& constants)
      : text_(text), variables_(std::move(variables)), constants_(constants) {}

  absl::StatusOr<Expression> Parse() {
    ParseSum();
    SkipSpace();
    if (at_ < text_.size()) Fail("the expression should end here");
    if (!error_.empty()) {
      Fault fault;
      fault.reason = "EXPRESSION";
      fault.what = absl::StrCat("\"", text_, "\" is no expression: ", error_);
      fault.remedy = absl::StrCat(
          "Use numbers, ", absl::StrJoin(variables_, ", "),
          ", the constants of `const`, + - * / ** and exp, log, sqrt, abs.");
      return InvalidInput(fault);
    }
    return std::move(result_);
  }

 private:
  using Op = Expression::Op;

  void Fail(absl::string_view what) {
    if (error_.empty())
      error_ = absl::StrCat(what, " (character ", at_ + 1, ")");
    at_ = text_.size();
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           std::isspace(static_cast<unsigned char>(text_[at_]))) {
      ++at_;
    }
  }

  bool Take(absl::string_view token) {
    SkipSpace();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  void Emit(Op op, double number = 0) {
    result_.steps_.push_back({op, number});
  }

  void ParseSum() {
    ParseProduct();
    while (error_.empty()) {
      if (Take("+")) {
        ParseProduct();
        Emit(Op::kAdd);
      } else if (Take("-")) {
        ParseProduct();
        Emit(Op::kSubtract);
      } else {
        return;
      }
    }
  }

  void ParseProduct() {
    ParseFactor();
    while (error_.empty()) {
      SkipSpace();
      const bool power = text_.substr(at_, 2) == "**";
      if (!power && Take("*")) {
        ParseFactor();
        Emit(Op::kMultiply);
      } else if (Take("/")) {
        ParseFactor();
        Emit(Op::kDivide);
      } else {
        return;
      }
    }
  }

  void ParseFactor() {
    if (++depth_ > 100) return Fail("it is nested too deeply");
    if (Take("-")) {
      ParseFactor();
      Emit(Op::kNegate);
    } else if (Take("+")) {
      ParseFactor();
    } else {
      ParseAtom();
      if (Take("**") || Take("^")) {
        ParseFactor();
        Emit(Op::kPower);
      }
    }
    --depth_;
  }

  void ParseAtom() {
    SkipSpace();
    if (at_ >= text_.size()) return Fail("something is missing");
    const auto first = static_cast<unsigned char>(text_[at_]);
    if (Take("(")) {
      ParseSum();
      if (!Take(")")) Fail("a closing parenthesis is missing");
    } else if (std::isdigit(first) || first == '.') {
      ParseNumber();
    } else if (std::isalpha(first) || first == '_') {
      ParseName();
    } else {
      Fail("a number or a name is missing");
    }
  }

  void ParseNumber() {
    std::size_t end = at_;
    while (end < text_.size()) {
      const char c = text_[end];
      const bool sign = (c == '+' || c == '-') && end > at_ &&
                        (text_[end - 1] == 'e' || text_[end - 1] == 'E');
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && !sign) {
        break;
      }
      ++end;
    }
    double number = 0;
    if (!absl::SimpleAtod(text_.substr(at_, end - at_), &number)) {
      return Fail("this is no number");
    }
    at_ = end;
    Emit(Op::kNumber, number);
  }

  void ParseName() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
            text_[at_] == '_')) {
      ++at_;
    }
    const std::string name(text_.substr(begin, at_ - begin));
    if (Take("(")) return ParseFunction(name);
    const auto constant = constants_.find(name);
    if (constant != constants_.end()) {
      Emit(Op::kNumber, constant->second);
    } else if (std::find(variables_.begin(), variables_.end(), name) !=
               variables_.end()) {
      Emit(Op::kVariable);
    } else {
      Fail(absl::StrCat(name, " is not known"));
    }
  }

  void ParseFunction(const std::string& name) {
    static const auto& functions =
        *new std::map<std::string, Op>{{"exp", Op::kExp},
                                       {"log", Op::kLog},
                                       {"sqrt", Op::kSqrt},
                                       {"abs", Op::kAbs}};
    const auto found = functions.find(name);
    if (found == functions.end()) {
      return Fail(absl::StrCat(name, " is not a known function"));
    }
    ParseSum();
    if (!Take(")")) Fail("a closing parenthesis is missing");
    Emit(found->second);
  }

  absl::string_view text_;
  std::vector<std::string> variables_;
  const std::map<std::string, double>& constants_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string error_;
  Expression result_;
};

absl::StatusOr<Expression> Expression::Parse(
    absl::string_view text, std::vector<std::string> variables,
    const std::map<std::string, double>& constants) {
  return ExpressionParser(text, std::move(variables), constants).Parse();
}

double Expression::Apply(Op op, double a, double b) {
  switch (op) {
    case Op::kAdd:
      return a + b;
    case Op::kSubtract:
      return a - b;
    case Op::kMultiply:
      return a * b;
    case Op::kDivide:
      return a / b;
    default:
      return std::pow(a, b);
  }
}

double Expression::Apply(Op op, double a) {
  switch (op) {
    case Op::kNegate:
      return -a;
    case Op::kExp:
      return std::exp(a);
    case Op::kLog:
      return std::log(a);
    case Op::kSqrt:
      return std::sqrt(a);
    default:
      return std::abs(a);
  }
}

double Expression::Evaluate(double variable) const {
  std::vector<double> stack;
  for (const Step& step : steps_) {
    switch (step.op) {
      case Op::kNumber:
        stack.push_back(step.number);
        break;
      case Op::kVariable:
        stack.push_back(variable);
        break;
      case Op::kAdd:
      case Op::kSubtract:
      case Op::kMultiply:
      case Op::kDivide:
      case Op::kPower: {
        const double b = stack.back();
        stack.pop_back();
        stack.back() = Apply(step.op, stack.back(), b);
        break;
      }
      default:
        stack.back() = Apply(step.op, stack.back());
    }
  }
  return stack.back();
}

}  // namespace miv
