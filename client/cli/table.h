#pragma once

#include <string>
#include <vector>

namespace miv::client {

/// Rows of texts in columns.
class Table {
 public:
  /// A heading that starts with '>' makes its column right-aligned (the mark is
  /// not shown).
  explicit Table(std::vector<std::string> headings);

  /// Missing cells are empty.
  void Add(std::vector<std::string> row);

  /// How a table is shown.
  struct Style {
    bool bold = false;      ///< headings, on a terminal
    std::size_t width = 0;  ///< lines are cut to so many columns; 0 = whole
    bool utf8 = true;
  };

  /// One line per row, headings first; columns are two blanks apart, and lines
  /// do not end in blanks.
  std::string Text(const Style& style) const;
  std::string Text() const { return Text(Style()); }

  bool empty() const { return rows_.empty(); }

 private:
  std::vector<std::string> headings_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace miv::client
