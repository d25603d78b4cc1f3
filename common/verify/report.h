#pragma once

// What a verification found: a list of named checks.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace miv::verify {

enum class Verdict { kPass, kFail, kSkipped };

/// "pass", "fail", "skipped".
const char* NameOf(Verdict verdict);

/// One thing that is not as expected.
struct Offender {
  std::int64_t gid = -1;     ///< -1 = not about a cell
  std::int64_t syn_id = -1;  ///< -1 = not about a synapse
  std::string text;          ///< "in section 7 of class 4"
};

/// One check of one population, projection or category.
struct Check {
  std::string name;      ///< stable snake_case, docs/verify.md
  std::string subject;   ///< "PYR", "STIM->PYR", "PYR apical excitatory SR"
  std::string expected;  ///< for people
  std::string observed;
  std::optional<double> z;           ///< of a statistical check
  std::optional<double> p;           ///< its probability under the config
  std::optional<double> difference;  ///< of an exact one: largest, or a count
  Verdict verdict = Verdict::kPass;
  std::string reason;               ///< why it was skipped, or failed
  std::uint64_t offences = 0;       ///< how many offenders there are
  std::vector<Offender> offenders;  ///< the first of them
};

struct Report {
  std::vector<Check> checks;  ///< in a fixed order
  double alpha = 0;       ///< chance of any false alarm, all checks together
  std::size_t tests = 0;  ///< statistical checks that share it

  std::size_t Count(Verdict verdict) const;
  bool passed() const { return Count(Verdict::kFail) == 0; }
};

/// Chance that a network which is as its config says fails any check.
inline constexpr double kAlpha = 1e-4;

/// Gives the statistical checks (those with a p and no verdict of failure)
/// their verdict: each fails below alpha / tests (Bonferroni), so that all
/// together raise a false alarm with probability alpha at most.
void JudgeStatistics(Report& report);

/// {"verdict", "alpha", "tests", "counts": {"pass", "fail", "skipped"},
///  "checks": [{"name", "subject", "expected", "observed", "z", "p",
///  "difference", "verdict", "reason", "offences", "offenders": [{"gid",
///  "syn_id", "text"}]}]}; what a check does not have is null.
nlohmann::json ToJson(const Report& report);

/// One line for each check that failed and for its first offenders.
std::string FailuresText(const Report& report);

}  // namespace miv::verify
