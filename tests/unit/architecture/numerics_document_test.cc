// docs/numerics.md says which test pins which formula; what it names must be
// there.

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"

namespace miv {
namespace {

std::string Document() {
  return ReadFile(MIV_SOURCE_DIR "/docs/numerics.md").value();
}

// Words between backticks that match `pattern` as a whole.
std::vector<std::string> Quoted(const std::string& text, const char* pattern) {
  static const std::regex kQuote("`([^`\n]+)`");
  const std::regex wanted(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), kQuote), end; i != end;
       ++i)
    if (std::regex_match((*i)[1].str(), wanted)) found.push_back((*i)[1]);
  return found;
}

constexpr char kTestName[] = R"([A-Z]\w*\.[A-Za-z]\w*)";

void AddCppTests(const std::string& text, std::set<std::string>& names) {
  static const std::regex kTest(R"(\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))");
  for (std::sregex_iterator i(text.begin(), text.end(), kTest), end; i != end;
       ++i)
    names.insert(absl::StrCat((*i)[1].str(), ".", (*i)[2].str()));
}

void AddPythonTests(const std::string& text, std::set<std::string>& names) {
  static const std::regex kLine(
      R"(^(?:class (\w+)|    def (test_\w+)\(self).*)");
  std::istringstream lines(text);
  std::string line, suite;
  std::smatch match;
  while (std::getline(lines, line)) {
    if (!std::regex_match(line, match, kLine)) continue;
    if (match[1].matched)
      suite = match[1];
    else
      names.insert(absl::StrCat(suite, ".", match[2].str()));
  }
}

// Suite.Case of every test below tests/.
std::set<std::string> TestNames() {
  const std::string root = MIV_SOURCE_DIR "/tests";
  const std::vector<std::string> files = ListFiles(root).value();
  std::set<std::string> names;
  for (const std::string& file : files) {
    const bool python = absl::EndsWith(file, ".py");
    if (!python && !absl::EndsWith(file, ".cc")) continue;
    const std::string text = ReadFile(absl::StrCat(root, "/", file)).value();
    python ? AddPythonTests(text, names) : AddCppTests(text, names);
  }
  return names;
}

TEST(NumericsDocument, NamesTestsThatExist) {
  const std::set<std::string> tests = TestNames();
  const auto named = Quoted(Document(), kTestName);
  ASSERT_GT(named.size(), 50u);
  for (const std::string& name : named)
    EXPECT_TRUE(tests.contains(name)) << "there is no test " << name;
}

TEST(NumericsDocument, PinsEveryRowByATest) {
  std::istringstream lines(Document());
  std::string line;
  int rows = 0;
  for (int number = 1; std::getline(lines, line); ++number) {
    const bool heading = absl::StartsWith(line, "| what |");
    if (!absl::StartsWith(line, "|") || absl::StartsWith(line, "|---") ||
        heading)
      continue;
    ++rows;
    const std::string last = line.substr(line.rfind('|', line.size() - 2));
    EXPECT_FALSE(Quoted(last, kTestName).empty())
        << "docs/numerics.md:" << number << " names no test";
  }
  EXPECT_GT(rows, 30);
}

TEST(NumericsDocument, NamesFilesThatExist) {
  const auto files = Quoted(Document(), R"([a-z]\w*/[\w/.]+\.(h|cc|py))");
  ASSERT_GT(files.size(), 5u);
  for (const std::string& file : files)
    EXPECT_TRUE(std::filesystem::exists(MIV_SOURCE_DIR "/" + file)) << file;
}

}  // namespace
}  // namespace miv
