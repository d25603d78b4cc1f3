#include "client/cli/error_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/format.h"

namespace miv::client {
namespace {

std::string Where(const Fault& fault) {
  std::string where;
  if (!fault.file.empty()) {
    absl::StrAppend(&where, fault.file);
    if (fault.line > 0) absl::StrAppend(&where, ":", fault.line);
    absl::StrAppend(&where, ": ");
  }
  if (!fault.field.empty())
    absl::StrAppend(&where, fault.field, ": ");
  else if (!fault.step.empty())
    absl::StrAppend(&where, "step ", fault.step, ": ");
  return where;
}

/// "rank 1, gid 12, t = 3.5 ms, while: run".
std::string Circumstances(const Fault& fault) {
  std::vector<std::string> parts;
  if (fault.rank >= 0) parts.push_back(absl::StrCat("rank ", fault.rank));
  if (fault.gid >= 0) parts.push_back(absl::StrCat("gid ", fault.gid));
  if (fault.simulated_ms >= 0)
    parts.push_back(absl::StrCat("t = ", fault.simulated_ms, " ms"));
  if (!fault.phase.empty()) parts.push_back(absl::StrCat("in ", fault.phase));
  return absl::StrJoin(parts, ", ");
}

void AddLine(const char* label, const std::string& text, std::string* out) {
  if (!text.empty()) absl::StrAppend(out, "  ", label, Printable(text), "\n");
}

}  // namespace

std::string FaultText(const Fault& fault, bool colour) {
  std::string text = absl::StrCat(
      colour ? "\x1b[1;31merror\x1b[0m: " : "error: ", Printable(Where(fault)),
      Printable(fault.what), "\n");
  AddLine("expected  ", fault.expected, &text);
  AddLine("found     ", fault.found, &text);
  AddLine("at        ", Circumstances(fault), &text);
  AddLine("", fault.remedy, &text);
  const std::string output(absl::StripSuffix(Printable(fault.output), "\n"));
  if (!output.empty())
    for (const auto line : absl::StrSplit(output, '\n'))
      absl::StrAppend(&text, "  | ", line, "\n");
  return text;
}

std::string ErrorText(const absl::Status& status, bool colour) {
  const auto fault = FaultOf(status);
  return FaultText(
      fault.has_value() ? *fault : Fault{.what = std::string(status.message())},
      colour);
}

}  // namespace miv::client
