#include "worker/build/morphology/swc.h"

#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/build/morphology/parent_cycle.h"

namespace miv::build {
namespace {

constexpr char kRemedy[] =
    "Correct the SWC file; a line is: id type x y z radius parent [layer].";


constexpr int kMaxShownToken = 40;

class Parser {
 public:
  explicit Parser(absl::string_view file) : file_(file) {}

  absl::StatusOr<PointTree> Parse(absl::string_view text) {
    absl::ConsumePrefix(&text, "\xef\xbb\xbf");  // byte order mark
    int number = 0;
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      ++number;
      line = absl::StripAsciiWhitespace(line);
      if (line.empty() || line.front() == '#') continue;
      MIV_RETURN_IF_ERROR(ParsePoint(line, number));
    }
    if (tree_.size() == 0) return Bad(0, "the file has no points");
    MIV_RETURN_IF_ERROR(ResolveParents());
    MIV_RETURN_IF_ERROR(CheckOneRoot());
    MIV_RETURN_IF_ERROR(CheckNoCycle());
    return std::move(tree_);
  }

 private:
  absl::Status Bad(int line, const std::string& what,
                   const std::string& expected = "",
                   const std::string& found = "",
                   const std::string& remedy = "") const {
    Fault fault;
    fault.reason = "INVALID_SWC";
    fault.file = file_;
    fault.line = line;
    fault.what = what;
    fault.expected = expected;
    fault.found = found;
    fault.remedy = remedy.empty() ? kRemedy : remedy;
    return InvalidInput(fault);
  }

  absl::Status Integer(absl::string_view token, int line, const char* name,
                       std::int64_t lo, std::int64_t hi, std::int64_t* value) {
    if (!absl::SimpleAtoi(token, value))
      return Bad(line, absl::StrCat("the ", name, " is not an integer"), "",
                 Shown(token));
    if (*value < lo || *value > hi)
      return Bad(line, absl::StrCat("the ", name, " is out of range"),
                 absl::StrCat(lo, " to ", hi), Shown(token));
    return absl::OkStatus();
  }

  absl::Status Number(absl::string_view token, int line, const char* name,
                      std::vector<float>* values) {
    float value = 0;
    if (!absl::SimpleAtof(token, &value))
      return Bad(line, absl::StrCat(name, " is not a number"), "",
                 Shown(token));
    if (!std::isfinite(value))
      return Bad(line, absl::StrCat(name, " is not finite"), "", Shown(token));
    values->push_back(value);
    return absl::OkStatus();
  }

  static std::string Shown(absl::string_view token) {
    return absl::StrCat("\"", absl::CHexEscape(token.substr(0, kMaxShownToken)),
                        "\"");
  }

  absl::Status ParsePoint(absl::string_view line, int number) {
    const std::vector<absl::string_view> columns =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (columns.size() != 7 && columns.size() != 8)
      return Bad(number, "wrong number of columns",
                 "id type x y z radius parent [layer]",
                 absl::StrCat(columns.size(), " columns"));
    constexpr std::int64_t kMaxId = std::numeric_limits<std::int32_t>::max();
    std::int64_t id = 0, type = 0, parent = 0, layer = -1;
    MIV_RETURN_IF_ERROR(Integer(columns[0], number, "id", 0, kMaxId, &id));
    if (!index_of_.emplace(id, static_cast<std::int32_t>(tree_.size())).second)
      return Bad(number, absl::StrCat("id ", id, " is used twice"), "",
                 absl::StrCat("first use in line ",
                              line_[static_cast<std::size_t>(index_of_[id])]));
    MIV_RETURN_IF_ERROR(
        Integer(columns[1], number, "type", kSoma, kHillock, &type));
    MIV_RETURN_IF_ERROR(Number(columns[2], number, "x", &tree_.x));
    MIV_RETURN_IF_ERROR(Number(columns[3], number, "y", &tree_.y));
    MIV_RETURN_IF_ERROR(Number(columns[4], number, "z", &tree_.z));
    MIV_RETURN_IF_ERROR(
        Number(columns[5], number, "the radius", &tree_.radius));
    if (!(tree_.radius.back() > 0))
      return Bad(number, "the radius is not positive", "", Shown(columns[5]));
    MIV_RETURN_IF_ERROR(
        Integer(columns[6], number, "parent", -1, kMaxId, &parent));
    if (columns.size() == 8)
      MIV_RETURN_IF_ERROR(
          Integer(columns[7], number, "layer", -1, 127, &layer));
    tree_.swc_type.push_back(static_cast<std::int8_t>(type));
    tree_.layer.push_back(static_cast<std::int8_t>(layer));
    parent_id_.push_back(parent);
    line_.push_back(number);
    if (tree_.size() > kMaxPoints)
      return Bad(number, "too many points",
                 absl::StrCat("at most ", kMaxPoints), "",
                 "Thin the reconstruction: point indices have 16 bits.");
    return absl::OkStatus();
  }

  absl::Status ResolveParents() {
    for (std::size_t i = 0; i < parent_id_.size(); ++i) {
      const std::int64_t id = parent_id_[i];
      const auto found = index_of_.find(id);
      if (id >= 0 && found == index_of_.end())
        return Bad(line_[i],
                   absl::StrCat("no point has the id ", id,
                                " that is given as parent"),
                   "", "",
                   "Give the id of another point of the file, or -1 for the "
                   "root.");
      if (id >= 0 && found->second == static_cast<std::int32_t>(i))
        return Bad(line_[i], absl::StrCat("point ", id, " is its own parent"));
      tree_.parent.push_back(id < 0 ? -1 : found->second);
    }
    return absl::OkStatus();
  }

  absl::Status CheckOneRoot() const {
    int first = 0;
    for (std::size_t i = 0; i < tree_.size(); ++i) {
      if (tree_.parent[i] >= 0) continue;
      if (first > 0)
        return Bad(line_[i], "a second point has parent -1",
                   "one root in the file",
                   absl::StrCat("roots in lines ", first, " and ", line_[i]),
                   "Keep one cell a file.");
      first = line_[i];
    }
    if (first == 0)
      return Bad(line_[0], "no point has parent -1", "one root in the file");
    return absl::OkStatus();
  }

  absl::Status CheckNoCycle() const {
    const std::int64_t at = FindCycle(tree_.parent);
    if (at < 0) return absl::OkStatus();
    return Bad(line_[static_cast<std::size_t>(at)],
               "following the parents leads back to this point", "a tree",
               "a cycle");
  }

  std::string file_;
  PointTree tree_;
  std::vector<std::int64_t> parent_id_;
  std::vector<int> line_;
  std::unordered_map<std::int64_t, std::int32_t> index_of_;
};

}  // namespace

absl::StatusOr<PointTree> ParseSwc(absl::string_view text,
                                   absl::string_view file) {
  return Parser(file).Parse(text);
}

}  // namespace miv::build
