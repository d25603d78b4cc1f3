#include "common/pipeline/model_files.h"

#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace miv::pipeline {
namespace {

bool IsWordChar(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// Identifiers and numbers in order of appearance.
std::vector<std::string> WordsOf(absl::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    if (!IsWordChar(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && IsWordChar(text[end])) ++end;
    words.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

// The words that follow one of `keywords`.
std::set<std::string> Following(const std::vector<std::string>& words,
                                const std::set<std::string>& keywords) {
  std::set<std::string> names;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (keywords.count(words[i]) != 0) names.insert(words[i + 1]);
  return names;
}

// What is known of one template file.
struct TemplateFile {
  std::set<std::string> words;
  std::set<std::string> defines;
};

TemplateFile ReadTemplate(const std::string& path, const std::string& text) {
  const auto words = WordsOf(text);
  TemplateFile file;
  file.words.insert(words.begin(), words.end());
  file.defines = Following(words, {"begintemplate"});
  file.defines.insert(std::filesystem::path(path).stem().string());
  return file;
}

// The files that can be reached from those in `chosen` by names.
void Close(const std::map<std::string, TemplateFile>& files,
           std::set<std::string>& chosen) {
  std::vector<std::string> open(chosen.begin(), chosen.end());
  while (!open.empty()) {
    const TemplateFile& file = files.at(open.back());
    open.pop_back();
    for (const auto& [path, other] : files)
      for (const std::string& name : other.defines)
        if (file.words.count(name) != 0 && chosen.insert(path).second)
          open.push_back(path);
  }
}

// Names that a mod file gives to NEURON.
std::set<std::string> MechanismNames(const std::string& text) {
  return Following(WordsOf(text),
                   {"SUFFIX", "POINT_PROCESS", "ARTIFICIAL_CELL"});
}

// Whether which mechanisms are used cannot be read from the text.
bool ChoosesAtRunTime(const TemplateFile& file, const std::string& text) {
  return file.words.count("MechanismType") != 0 ||
         (absl::StrContains(text, "insert %s") ||
          absl::StrContains(text, "insert \""));
}

// Whether the C code of a mod file may need other mod files.
bool RefersToOthers(const std::string& text) {
  return absl::StrContains(text, "VERBATIM") &&
         absl::StrContains(text, "extern");
}

class Selection {
 public:
  Selection(const FileTexts& templates, const FileTexts& mechanisms)
      : templates_(templates), mechanisms_(mechanisms) {
    for (const auto& [path, text] : templates)
      files_[path] = ReadTemplate(path, text);
  }

  absl::StatusOr<ModelFiles> Of(const std::string& name) {
    std::set<std::string> chosen;
    for (const auto& [path, file] : files_)
      if (file.defines.count(name) != 0) chosen.insert(path);
    const bool defined = !chosen.empty();
    if (files_.count("rn.hoc") != 0) chosen.insert("rn.hoc");
    Close(files_, chosen);
    std::set<std::string> words = {name};
    bool all = false;
    for (const std::string& path : chosen) {
      const TemplateFile& file = files_.at(path);
      words.insert(file.words.begin(), file.words.end());
      all = all || ChoosesAtRunTime(file, templates_.at(path));
    }
    bool is_mechanism = false;
    auto mechanisms = MechanismsFor(name, words, all, is_mechanism);
    if (!defined && !is_mechanism)
      return absl::NotFoundError(
          absl::StrCat("no file defines the cell template ", name));
    return ModelFiles{{chosen.begin(), chosen.end()}, std::move(mechanisms)};
  }

 private:
  std::vector<std::string> MechanismsFor(const std::string& name,
                                         const std::set<std::string>& words,
                                         bool all, bool& is_mechanism) {
    std::vector<std::string> chosen, every;
    for (const auto& [path, text] : mechanisms_) {
      every.push_back(path);
      if (!absl::EndsWith(path, ".mod")) {
        chosen.push_back(path);
        continue;
      }
      const auto names = MechanismNames(text);
      bool named = names.empty();
      for (const std::string& mechanism : names)
        named = named || words.count(mechanism) != 0;
      is_mechanism = is_mechanism || names.count(name) != 0;
      if (named) chosen.push_back(path);
      all = all || (named && RefersToOthers(text));
    }
    return all ? every : chosen;
  }

  const FileTexts& templates_;
  const FileTexts& mechanisms_;
  std::map<std::string, TemplateFile> files_;
};

}  // namespace

absl::StatusOr<ModelFiles> ModelFilesOf(absl::string_view template_name,
                                        const FileTexts& templates,
                                        const FileTexts& mechanisms) {
  return Selection(templates, mechanisms).Of(std::string(template_name));
}

}  // namespace miv::pipeline
