#include "common/verify/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace miv::verify {
namespace {

using nlohmann::json;

json OrNull(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

json OrNull(std::int64_t id) { return id < 0 ? json() : json(id); }

json CheckJson(const Check& check) {
  json offenders = json::array();
  for (const Offender& offender : check.offenders)
    offenders.push_back({{"gid", OrNull(offender.gid)},
                         {"syn_id", OrNull(offender.syn_id)},
                         {"text", offender.text}});
  return {{"name", check.name},
          {"subject", check.subject},
          {"expected", check.expected},
          {"observed", check.observed},
          {"z", OrNull(check.z)},
          {"p", OrNull(check.p)},
          {"difference", OrNull(check.difference)},
          {"verdict", NameOf(check.verdict)},
          {"reason", check.reason},
          {"offences", check.offences},
          {"offenders", std::move(offenders)}};
}

}  // namespace

const char* NameOf(Verdict verdict) {
  if (verdict == Verdict::kPass) return "pass";
  return verdict == Verdict::kFail ? "fail" : "skipped";
}

std::size_t Report::Count(Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(
      checks.begin(), checks.end(),
      [verdict](const Check& c) { return c.verdict == verdict; }));
}

void JudgeStatistics(Report& report) {
  report.alpha = kAlpha;
  report.tests = static_cast<std::size_t>(
      std::count_if(report.checks.begin(), report.checks.end(),
                    [](const Check& c) { return c.p.has_value(); }));
  for (Check& check : report.checks) {
    if (!check.p || *check.p >= kAlpha / static_cast<double>(report.tests))
      continue;
    check.verdict = Verdict::kFail;
    check.reason =
        absl::StrFormat("chance %.1e in a network of this config", *check.p);
  }
}

json ToJson(const Report& report) {
  json checks = json::array();
  for (const Check& check : report.checks) checks.push_back(CheckJson(check));
  return {{"verdict", report.passed() ? "pass" : "fail"},
          {"alpha", report.alpha},
          {"tests", report.tests},
          {"counts",
           {{"pass", report.Count(Verdict::kPass)},
            {"fail", report.Count(Verdict::kFail)},
            {"skipped", report.Count(Verdict::kSkipped)}}},
          {"checks", std::move(checks)}};
}

std::string FailuresText(const Report& report) {
  std::string text;
  for (const Check& check : report.checks) {
    if (check.verdict != Verdict::kFail) continue;
    absl::StrAppend(&text, check.name, " of ", check.subject, ": expected ",
                    check.expected, ", observed ", check.observed);
    if (check.z) absl::StrAppendFormat(&text, ", z = %.1f", *check.z);
    text += "\n";
    for (const Offender& offender : check.offenders) {
      text += "   ";
      if (offender.gid >= 0) absl::StrAppend(&text, " gid ", offender.gid);
      if (offender.syn_id >= 0)
        absl::StrAppend(&text, " syn_id ", offender.syn_id);
      absl::StrAppend(&text, " ", offender.text, "\n");
    }
  }
  return text;
}

}  // namespace miv::verify
