#include "client/cli/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/format.h"

namespace miv::client {

Table::Table(std::vector<std::string> headings) {
  for (auto& heading : headings) {
    right_.push_back(absl::StartsWith(heading, ">"));
    headings_.push_back(right_.back() ? heading.substr(1) : heading);
  }
}

void Table::Add(std::vector<std::string> row) {
  row.resize(headings_.size());
  rows_.push_back(std::move(row));
}

std::string Table::Text(const Style& style) const {
  std::vector<std::size_t> widths;
  for (std::size_t k = 0; k < headings_.size(); ++k) {
    widths.push_back(DisplayWidth(headings_[k]));
    for (const auto& row : rows_)
      widths[k] = std::max(widths[k], DisplayWidth(row[k]));
  }
  const auto line = [&](const std::vector<std::string>& row) {
    std::string text;
    for (std::size_t k = 0; k < row.size(); ++k)
      absl::StrAppend(
          &text, k == 0 ? "" : "  ",
          right_[k] ? PadLeft(row[k], widths[k]) : PadRight(row[k], widths[k]));
    text = std::string(absl::StripTrailingAsciiWhitespace(text));
    return style.width == 0 ? text : Clipped(text, style.width, style.utf8);
  };
  std::string text = style.bold
                         ? absl::StrCat("\x1b[1m", line(headings_), "\x1b[0m\n")
                         : line(headings_) + "\n";
  for (const auto& row : rows_) absl::StrAppend(&text, line(row), "\n");
  return text;
}

}  // namespace miv::client
