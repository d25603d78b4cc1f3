#include "worker/simulate/neuron/compile/hidden_state.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace miv::simulate::neuron {
namespace {

constexpr std::array<absl::string_view, 3> kHiddenDeclarations = {
    "POINTER", "BBCOREPOINTER", "RANDOM"};
constexpr std::array<absl::string_view, 5> kNmodlGenerators = {
    "scop_random", "exprand", "normrand", "poisrand", "poisson"};
constexpr std::array<absl::string_view, 9> kLastingMemory = {
    "static",  "malloc",      "calloc",      "realloc", "emalloc",
    "ecalloc", "hoc_Emalloc", "hoc_Ecalloc", "new"};

bool IsWordPart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// Words, and each other character that is not a space, in order.
std::vector<std::string> Tokens(absl::string_view text) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (IsWordPart(text[i])) {
      while (end < text.size() && IsWordPart(text[end])) ++end;
    }
    if (!std::isspace(static_cast<unsigned char>(text[i]))) {
      tokens.emplace_back(text.substr(i, end - i));
    }
    i = end;
  }
  return tokens;
}

bool Has(absl::Span<const absl::string_view> list, absl::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// C text of the VERBATIM blocks without comments.
std::string VerbatimText(absl::string_view text) {
  std::string result;
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<std::string> words = Tokens(line);
    const std::string first = words.empty() ? "" : words.front();
    if (first == "ENDVERBATIM") inside = false;
    if (inside) absl::StrAppend(&result, line.substr(0, line.find("//")), "\n");
    if (first == "VERBATIM") inside = true;
  }
  for (std::size_t open = result.find("/*"); open != std::string::npos;
       open = result.find("/*")) {
    const std::size_t close = result.find("*/", open + 2);
    result.erase(open, close == std::string::npos ? close : close + 2 - open);
  }
  return result;
}

/// A static function is no state: in `static TYPE NAME ...` the first of "(",
/// "=", ";" and "[" is "(".
bool DeclaresFunction(const std::vector<std::string>& tokens, std::size_t at) {
  for (std::size_t i = at; i < tokens.size(); ++i) {
    if (tokens[i] == "(") return true;
    if (tokens[i] == "=" || tokens[i] == ";" || tokens[i] == "[") return false;
  }
  return false;
}

bool IsGenerator(absl::string_view word) {
  return absl::StartsWith(word, "nrn_random") ||
         absl::StartsWith(word, "nrnran123") || word == "rand" ||
         word == "drand48" || word == "random";
}

struct Findings {
  std::vector<std::string> declared;
  std::vector<std::string> verbatim;
  std::vector<std::string> random;

  void Add(std::vector<std::string>* list, std::string finding) {
    if (std::find(list->begin(), list->end(), finding) == list->end()) {
      list->push_back(std::move(finding));
    }
  }
};

void LookAtNmodl(const std::vector<std::string>& tokens, Findings* findings) {
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (Has(kHiddenDeclarations, tokens[i])) {
      auto* list =
          tokens[i] == "RANDOM" ? &findings->random : &findings->declared;
      findings->Add(list, absl::StrCat(tokens[i], " ", tokens[i + 1]));
    }
    const bool called = tokens[i + 1] == "(";
    const bool defined =
        i > 0 && (tokens[i - 1] == "FUNCTION" || tokens[i - 1] == "PROCEDURE");
    if (called && !defined && Has(kNmodlGenerators, tokens[i])) {
      findings->Add(&findings->random, absl::StrCat(tokens[i], "()"));
    }
  }
}

void LookAtVerbatim(const std::vector<std::string>& tokens,
                    Findings* findings) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (IsGenerator(tokens[i])) {
      findings->Add(&findings->random,
                    absl::StrCat("VERBATIM with ", tokens[i]));
    } else if (Has(kLastingMemory, tokens[i]) &&
               !(tokens[i] == "static" && DeclaresFunction(tokens, i))) {
      findings->Add(&findings->verbatim,
                    absl::StrCat("VERBATIM with ", tokens[i]));
    }
  }
}

/// Whether the tokens have `first` right before `second`.
bool HasPair(const std::vector<std::string>& tokens, absl::string_view first,
             absl::string_view second) {
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i] == first && tokens[i + 1] == second) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> HiddenState(absl::string_view text) {
  const std::vector<std::string> nmodl = Tokens(StripNmodlComments(text));
  if (HasPair(nmodl, "FUNCTION", "bbsavestate")) return {};
  Findings findings;
  LookAtNmodl(nmodl, &findings);
  LookAtVerbatim(Tokens(VerbatimText(text)), &findings);
  const bool plays =
      HasPair(nmodl, "PROCEDURE", "play") &&
      std::find(nmodl.begin(), nmodl.end(), "ARTIFICIAL_CELL") != nmodl.end();
  if (plays && findings.random.empty()) return {};
  std::vector<std::string> all = std::move(findings.declared);
  for (auto* list : {&findings.random, &findings.verbatim}) {
    all.insert(all.end(), list->begin(), list->end());
  }
  return all;
}

std::vector<std::string> MechanismsWithHiddenState(const ModSources& sources) {
  std::vector<std::string> list;
  for (const ModSource& source : sources.files) {
    const std::vector<std::string> hidden = HiddenState(source.text);
    if (hidden.empty()) continue;
    list.push_back(absl::StrCat(source.mechanism, " (", source.path,
                                "): ", absl::StrJoin(hidden, ", ")));
  }
  return list;
}

}  // namespace miv::simulate::neuron
