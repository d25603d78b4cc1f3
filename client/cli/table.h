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

  /// One line per row, headings first; columns are two blanks apart, and lines
  /// do not end in blanks.  `bold`: headings are bold on a terminal.
  std::string Text(bool bold = false) const;

  bool empty() const { return rows_.empty(); }

 private:
  std::vector<std::string> headings_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace miv::client
