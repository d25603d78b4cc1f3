#include "worker/build/geometry/point_file.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::build {
namespace {

constexpr std::size_t kMaxShown = 60;

using Columns = std::vector<absl::string_view>;

absl::Status Bad(const std::string& file, int line, const char* what,
                 absl::string_view found = "") {
  Fault fault;
  fault.reason = "INVALID_POINTS";
  fault.file = file;
  fault.line = line;
  fault.what = what;
  fault.expected = "x, y and z in um";
  if (!found.empty())
    fault.found =
        absl::StrCat("\"", absl::CHexEscape(found.substr(0, kMaxShown)), "\"");
  fault.remedy = "Write one point a line, three numbers each.";
  return InvalidInput(fault);
}

bool IsHeading(const Columns& columns) {
  return columns.size() == 3 && absl::EqualsIgnoreCase(columns[0], "x") &&
         absl::EqualsIgnoreCase(columns[1], "y") &&
         absl::EqualsIgnoreCase(columns[2], "z");
}

}  // namespace

absl::StatusOr<std::vector<Point3>> ParsePoints(absl::string_view text,
                                                const std::string& file) {
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");  // byte order mark
  std::vector<Point3> points;
  int number = 0;
  bool first = true;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    const Columns columns =
        absl::StrSplit(line, absl::ByAnyChar(" \t,"), absl::SkipEmpty());
    if (std::exchange(first, false) && IsHeading(columns)) continue;
    if (columns.size() != 3)
      return Bad(file, number, "wrong number of columns", line);
    Point3& point = points.emplace_back();
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (!absl::SimpleAtod(columns[axis], &point[axis]) ||
          !std::isfinite(point[axis]))
        return Bad(file, number, "not a number", columns[axis]);
  }
  if (points.empty()) return Bad(file, 0, "the file has no points");
  return points;
}

}  // namespace miv::build
