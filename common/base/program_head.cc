#include "common/base/program_head.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"

namespace miv {
namespace {

absl::Status NoInterpreter(absl::string_view field, absl::string_view file,
                           absl::string_view line) {
  std::string found(line.substr(0, 60));
  std::replace_if(
      found.begin(), found.end(),
      [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
  return InvalidInput(
      {.reason = "NO_INTERPRETER",
       .field = std::string(field),
       .file = std::string(file),
       .what = "the program does not say what runs it",
       .expected = "a first line like #!/usr/bin/python3, or a compiled "
                   "program",
       .found = absl::StrCat("\"", found, "\""),
       .remedy = "Add such a line, or give the step an interpreter."});
}

}  // namespace

absl::StatusOr<std::string> InterpreterOf(absl::string_view head,
                                          absl::string_view field,
                                          absl::string_view file) {
  head = head.substr(0, kProgramHead);
  if (absl::StartsWith(head,
                       "\x7f"
                       "ELF"))
    return std::string();
  const absl::string_view line = head.substr(0, head.find('\n'));
  absl::string_view rest = line;
  // The kernel takes a carriage return for a part of the name.
  if (!absl::ConsumePrefix(&rest, "#!") || absl::StrContains(line, "\r"))
    return NoInterpreter(field, file, line);
  rest = absl::StripLeadingAsciiWhitespace(rest);
  const absl::string_view path = rest.substr(0, rest.find_first_of(" \t"));
  if (!absl::StartsWith(path, "/")) return NoInterpreter(field, file, line);
  return std::string(path);
}

}  // namespace miv
