#include "worker/simulate/neuron/compile/mod_source.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::simulate::neuron {
namespace {

absl::string_view FirstWord(absl::string_view line) {
  line = absl::StripLeadingAsciiWhitespace(line);
  std::size_t end = 0;
  while (end < line.size() &&
         (std::isalnum(static_cast<unsigned char>(line[end])) ||
          line[end] == '_')) {
    ++end;
  }
  return line.substr(0, end);
}

std::vector<std::string> Words(absl::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
      word.push_back(c);
      continue;
    }
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
    if (c == '{' || c == '}') words.push_back(std::string(1, c));
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string BaseName(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == absl::string_view::npos ? path
                                                      : path.substr(slash + 1));
}

/// The base name as a C identifier, without its extension.
std::string Identifier(absl::string_view base) {
  std::string stem(base.substr(0, base.rfind('.')));
  for (char& c : stem) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  if (stem.empty() || std::isdigit(static_cast<unsigned char>(stem[0]))) {
    stem.insert(0, "m_");
  }
  return stem;
}

absl::Status Collision(absl::string_view label, absl::string_view what,
                       const ModSource& first, const ModSource& second,
                       absl::string_view remedy) {
  Fault fault;
  fault.reason = "MECHANISM_COLLISION";
  fault.file = JoinPath(label, second.path);
  fault.what = std::string(what);
  fault.found = absl::StrCat("also in ", JoinPath(label, first.path));
  fault.remedy = std::string(remedy);
  return InvalidInput(fault);
}

absl::Status CheckCollisions(absl::string_view label,
                             const std::vector<ModSource>& files) {
  std::map<std::string, const ModSource*> bases, stems, mechanisms;
  for (const ModSource& file : files) {
    if (const auto [at, fresh] = bases.emplace(file.base, &file); !fresh) {
      return Collision(label, "two files have the same base name", *at->second,
                       file, "Rename one of them.");
    }
    if (const auto [at, fresh] = stems.emplace(file.stem, &file); !fresh) {
      return Collision(label, "two file names become the same C name",
                       *at->second, file, "Rename one of them.");
    }
    if (file.mechanism.empty()) continue;
    if (const auto [at, fresh] = mechanisms.emplace(file.mechanism, &file);
        !fresh) {
      return Collision(
          label,
          absl::StrCat("mechanism ", file.mechanism, " is defined twice"),
          *at->second, file, "Remove one of the files or change its SUFFIX.");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string StripNmodlComments(absl::string_view text) {
  std::string result;
  absl::string_view until;  // the keyword that ends the skipped block
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view word = FirstWord(line);
    if (!until.empty()) {
      if (word == until) until = "";
    } else if (word == "COMMENT") {
      until = "ENDCOMMENT";
    } else if (word == "VERBATIM") {
      until = "ENDVERBATIM";
    } else {
      absl::StrAppend(&result, line.substr(0, line.find_first_of(":?")));
    }
    result.push_back('\n');
  }
  return result;
}

std::string MechanismNameOf(absl::string_view text) {
  const std::vector<std::string> words = Words(StripNmodlComments(text));
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "NEURON" || words[i + 1] != "{") continue;
    for (std::size_t j = i + 2; j + 1 < words.size() && words[j] != "}"; ++j) {
      if (words[j] == "SUFFIX" || words[j] == "POINT_PROCESS" ||
          words[j] == "ARTIFICIAL_CELL") {
        return words[j + 1];
      }
    }
  }
  return "";
}

absl::StatusOr<ModSources> ReadModSources(const std::string& directory,
                                          absl::string_view label) {
  MIV_ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                       ListFiles(directory));
  ModSources sources;
  for (const std::string& path : paths) {
    const bool mod = absl::EndsWith(path, ".mod");
    if (!mod && !absl::EndsWith(path, ".inc") && !absl::EndsWith(path, ".h")) {
      continue;
    }
    ModSource file;
    file.path = path;
    file.base = BaseName(path);
    file.stem = Identifier(file.base);
    MIV_ASSIGN_OR_RETURN(file.text, ReadFile(JoinPath(directory, path)));
    if (mod) file.mechanism = MechanismNameOf(file.text);
    (mod ? sources.files : sources.includes).push_back(std::move(file));
  }
  for (auto* files : {&sources.files, &sources.includes}) {
    std::sort(files->begin(), files->end(),
              [](const ModSource& a, const ModSource& b) {
                return std::tie(a.base, a.path) < std::tie(b.base, b.path);
              });
  }
  if (sources.files.empty()) {
    Fault fault;
    fault.reason = "NO_MECHANISMS";
    fault.file = std::string(label);
    fault.what = "the mechanism directory has no .mod file";
    return InvalidInput(fault);
  }
  MIV_RETURN_IF_ERROR(CheckCollisions(label, sources.files));
  return sources;
}

}  // namespace miv::simulate::neuron
