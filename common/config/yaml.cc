#include "common/config/yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/config/scalar.h"

namespace miv::config {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxValues = 4'000'000;
constexpr char kTagPrefix[] = "tag:yaml.org,2002:";

int LineOf(const YAML::Mark& mark) {
  return mark.is_null() ? 0 : mark.line + 1;
}

// The whole text of a file that a user named.
absl::StatusOr<std::string> ReadNamed(const std::string& file) {
  auto text = ReadFile(file);
  if (text.ok() || absl::IsNotFound(text.status())) return text;
  return absl::InvalidArgumentError(text.status().message());
}

// The FILE of a string that reads from_file('FILE'); "" if it does not.
absl::string_view FromFileArgument(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (!absl::ConsumePrefix(&text, "from_file(") ||
      !absl::ConsumeSuffix(&text, ")"))
    return "";
  text = absl::StripAsciiWhitespace(text);
  if (text.size() < 3 || text.front() != text.back() ||
      (text.front() != '\'' && text.front() != '"'))
    return "";
  return text.substr(1, text.size() - 2);
}

std::string DirectoryOf(const std::string& file) {
  return std::filesystem::path(file).parent_path().string();
}

std::string Identity(const std::string& file) {
  std::error_code error;
  const auto path = std::filesystem::weakly_canonical(file, error);
  return error ? file : path.string();
}

// Turns nodes into JSON and remembers where they stood.
class Reader {
 public:
  explicit Reader(Document& out) : out_(out) {}

  // The file with this text, as the value of `field`.
  absl::StatusOr<json> ReadText(const std::string& text,
                                const std::string& file,
                                const std::string& directory,
                                const std::string& field) {
    stack_.push_back({file, directory, Identity(file)});
    if (std::find(out_.files.begin(), out_.files.end(), file) ==
        out_.files.end())
      out_.files.push_back(file);
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      return Error({.reason = "YAML_DOCUMENTS",
                    .what = "the file holds more than one YAML document",
                    .expected = "one",
                    .found = absl::StrCat(documents.size()),
                    .remedy = "Remove the \"---\" lines between them."},
                   LineOf(documents[1].Mark()));
    auto value = documents.empty() ? json(nullptr) : Read(documents[0], field);
    stack_.pop_back();
    return value;
  }

  absl::Status SyntaxError(const YAML::Exception& e) const {
    return Error({.reason = "YAML_SYNTAX",
                  .what = absl::StrCat("not valid YAML: ", e.msg)},
                 LineOf(e.mark));
  }

 private:
  struct OpenFile {
    std::string name;
    std::string directory;
    std::string identity;
  };

  // An error at `line` of the file being read; 0 is the whole file.
  absl::Status Error(Fault fault, int line) const {
    fault.file = stack_.back().name;
    fault.line = line;
    return InvalidInput(fault);
  }

  absl::StatusOr<json> Read(const YAML::Node& node, const std::string& field) {
    const int line = LineOf(node.Mark());
    if (++values_ > kMaxValues || depth_ >= kMaxDepth)
      return Error(
          {.reason = "YAML_TOO_LARGE",
           .field = field,
           .what = "the document is too large",
           .expected = absl::StrCat("at most ", kMaxDepth, " levels and ",
                                    kMaxValues, " values")},
          line);
    ++depth_;
    auto value = ReadByType(node, field, line);
    --depth_;
    return value;
  }

  absl::StatusOr<json> ReadByType(const YAML::Node& node,
                                  const std::string& field, int line) {
    const std::string& tag = node.IsDefined() ? node.Tag() : "";
    if (tag == "!include")
      return Include(node.IsScalar() ? node.Scalar() : "", field, line);
    out_.sources.Set(field, {stack_.back().name, line});
    if (!tag.empty() && tag != "?" && tag != "!" &&
        !absl::StartsWith(tag, kTagPrefix))
      return Error({.reason = "YAML_TAG",
                    .field = field,
                    .what = absl::StrCat("unknown YAML tag ", tag),
                    .remedy = "Only !include FILE is understood."},
                   line);
    if (!node.IsDefined() || node.IsNull()) return json(nullptr);
    if (node.IsMap()) return ReadMap(node, field);
    if (node.IsSequence()) return ReadList(node, field, line);
    const std::string& text = node.Scalar();
    if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "from_file("))
      return Include(std::string(FromFileArgument(text)), field, line);
    if (tag == "!" || tag == absl::StrCat(kTagPrefix, "str")) return json(text);
    return PlainScalar(text);
  }

  absl::StatusOr<json> ReadList(const YAML::Node& node,
                                const std::string& field, int line) {
    json list = json::array();
    for (const YAML::Node& item : node) {
      const std::string item_field = FieldPath(field, list.size());
      // Long lists of numbers on one line need no positions of their own.
      if (item.IsScalar() && LineOf(item.Mark()) == line && item.Tag() == "?" &&
          !absl::StartsWith(item.Scalar(), "from_file(")) {
        ++values_;
        list.push_back(PlainScalar(item.Scalar()));
        continue;
      }
      MIV_ASSIGN_OR_RETURN(json value, Read(item, item_field));
      list.push_back(std::move(value));
    }
    return list;
  }

  absl::StatusOr<json> ReadMap(const YAML::Node& node,
                               const std::string& field) {
    json map = json::object();
    MIV_RETURN_IF_ERROR(ReadMembers(node, field, /*merging=*/false, map));
    return map;
  }

  // Adds the members of `node` to `map`, those of its `<<` last.  When merging,
  // keys that are there already win.
  absl::Status ReadMembers(const YAML::Node& node, const std::string& field,
                           bool merging, json& map) {
    std::vector<YAML::Node> merges;
    for (const auto& member : node) {
      const YAML::Node& key = member.first;
      const YAML::Node& value = member.second;
      if (!key.IsScalar() && !key.IsNull())
        return Error({.reason = "YAML_KEY",
                      .field = field,
                      .what = "a key is a list or a mapping",
                      .expected = "a name"},
                     LineOf(key.Mark()));
      const std::string name = key.IsNull() ? "~" : key.Scalar();
      if (name == "<<" && key.Tag() == "?") {
        merges.push_back(value);
      } else if (!merging || !map.contains(name)) {
        MIV_RETURN_IF_ERROR(ReadMember(key, name, value, field, map));
      }
    }
    for (const YAML::Node& merge : merges)
      MIV_RETURN_IF_ERROR(Merge(merge, field, map));
    return absl::OkStatus();
  }

  absl::Status ReadMember(const YAML::Node& key, const std::string& name,
                          const YAML::Node& value, const std::string& field,
                          json& map) {
    const std::string member = FieldPath(field, name);
    const int line = LineOf(key.Mark());
    if (map.contains(name))
      return Error({.reason = "DUPLICATE_KEY",
                    .field = member,
                    .what = absl::StrCat("the key was already given on line ",
                                         out_.sources.Find(member)->line),
                    .remedy = "Keep one of the two."},
                   line);
    MIV_ASSIGN_OR_RETURN(json content, Read(value, member));
    map[name] = std::move(content);
    out_.sources.AddKey(field, name);
    out_.sources.Set(member, {stack_.back().name, line});
    return absl::OkStatus();
  }

  // `<<: *other`, or a list of such.
  absl::Status Merge(const YAML::Node& node, const std::string& field,
                     json& map) {
    if (depth_ >= kMaxDepth) return Read(node, field).status();
    ++depth_;
    absl::Status status;
    if (node.IsMap()) {
      status = ReadMembers(node, field, /*merging=*/true, map);
    } else if (node.IsSequence()) {
      for (const YAML::Node& item : node)
        if (status.ok()) status = Merge(item, field, map);
    } else {
      status = Error({.reason = "YAML_MERGE",
                      .field = field,
                      .what = "`<<` must name a mapping or a list of mappings"},
                     LineOf(node.Mark()));
    }
    --depth_;
    return status;
  }

  absl::StatusOr<json> Include(const std::string& name,
                               const std::string& field, int line) {
    if (name.empty())
      return Error({.reason = "BAD_INCLUDE",
                    .field = field,
                    .what = "from_file and !include name one file",
                    .remedy = "Write from_file('FILE') or !include FILE."},
                   line);
    const std::string file =
        std::filesystem::path(JoinPath(stack_.back().directory, name))
            .lexically_normal()
            .string();
    for (const OpenFile& open : stack_)
      if (open.identity == Identity(file)) return Cycle(file, field, line);
    const auto text = ReadNamed(file);
    if (!text.ok())
      return MakeStatus(text.status().code(),
                        {.reason = "INCLUDE_UNREADABLE",
                         .field = field,
                         .file = stack_.back().name,
                         .line = line,
                         .what = absl::StrCat("cannot include ", name, ": ",
                                              text.status().message()),
                         .remedy = "Paths are relative to the file that "
                                   "includes."});
    return ReadText(*text, file, DirectoryOf(file), field);
  }

  absl::Status Cycle(const std::string& file, const std::string& field,
                     int line) const {
    std::vector<std::string> names;
    for (const OpenFile& open : stack_) names.push_back(open.name);
    names.push_back(file);
    return Error({.reason = "INCLUDE_CYCLE",
                  .field = field,
                  .what = "the files include each other: " +
                          absl::StrJoin(names, " -> "),
                  .remedy = "Remove one of the includes."},
                 line);
  }

  Document& out_;
  std::vector<OpenFile> stack_;
  int depth_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

absl::StatusOr<Document> LoadYamlFile(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const std::string text, ReadNamed(path));
  return ParseYaml(text, path, DirectoryOf(path));
}

absl::StatusOr<Document> ParseYaml(absl::string_view text,
                                   const std::string& name,
                                   const std::string& directory) {
  Document document;
  Reader reader(document);
  try {
    MIV_ASSIGN_OR_RETURN(document.value, reader.ReadText(std::string(text),
                                                         name, directory, ""));
    return document;
  } catch (const YAML::Exception& e) {
    return reader.SyntaxError(e);
  }
}

}  // namespace miv::config
