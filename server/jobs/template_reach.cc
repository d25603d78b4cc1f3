#include "server/jobs/template_reach.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace miv::server {
namespace {

using Words = std::set<std::string>;

std::string StemOf(const ModelFile& file) {
  return std::filesystem::path(file.path).stem().string();
}

bool HasExtension(const ModelFile& file, absl::string_view extension) {
  return std::filesystem::path(file.path).extension().string() == extension;
}

// The identifiers of a text, in order.
std::vector<std::string> IdentifiersOf(absl::string_view text) {
  const auto is_part = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  std::vector<std::string> identifiers;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin =
        std::find_if(text.begin() + at, text.end(), is_part) - text.begin();
    const auto end = std::find_if_not(text.begin() + begin, text.end(),
                                      is_part) -
                     text.begin();
    if (end > begin) identifiers.emplace_back(text.substr(begin, end - begin));
    at = static_cast<std::size_t>(end);
  }
  return identifiers;
}

// What a file is called by others.
Words NamesOf(const ModelFile& file, const std::vector<std::string>& words) {
  Words names = {StemOf(file)};
  if (!HasExtension(file, ".mod")) return names;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "SUFFIX" || words[i] == "POINT_PROCESS" ||
        words[i] == "ARTIFICIAL_CELL") {
      names.insert(words[i + 1]);
    }
  }
  return names;
}

struct Candidate {
  const ModelFile* file;
  Words names;
  Words words;
  bool reached = false;
};

std::vector<Candidate> CandidatesOf(absl::Span<const ModelFile> files,
                                    absl::string_view extension) {
  std::vector<Candidate> candidates;
  for (const ModelFile& file : files) {
    const auto words = IdentifiersOf(file.text);
    Candidate candidate{&file, NamesOf(file, words),
                        Words(words.begin(), words.end())};
    candidate.reached = !HasExtension(file, extension);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

// Marks those that one of the `reached` ones names; whether there were any.
bool Spread(const std::vector<Candidate>& from, absl::string_view extension,
            std::vector<Candidate>& to) {
  bool any = false;
  for (Candidate& candidate : to) {
    if (candidate.reached) continue;
    candidate.reached = std::any_of(
        from.begin(), from.end(), [&](const Candidate& source) {
          return source.reached && HasExtension(*source.file, extension) &&
                 std::any_of(candidate.names.begin(), candidate.names.end(),
                             [&](const std::string& name) {
                               return source.words.contains(name);
                             });
        });
    any = any || candidate.reached;
  }
  return any;
}

std::vector<std::string> ReachedPaths(const std::vector<Candidate>& all) {
  std::vector<std::string> paths;
  for (const Candidate& candidate : all) {
    if (candidate.reached) paths.push_back(candidate.file->path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

TemplateReach ReachOf(absl::string_view template_name,
                      absl::Span<const ModelFile> templates,
                      absl::Span<const ModelFile> mechanisms) {
  std::vector<Candidate> hoc = CandidatesOf(templates, ".hoc");
  std::vector<Candidate> mod = CandidatesOf(mechanisms, ".mod");
  const std::string first = absl::StrCat(template_name, ".hoc");
  bool found = false;
  for (Candidate& candidate : hoc) {
    if (candidate.file->path != first) continue;
    candidate.reached = found = true;
  }
  if (!found) {
    for (auto* all : {&hoc, &mod})
      for (Candidate& candidate : *all) candidate.reached = true;
  }
  while (Spread(hoc, ".hoc", hoc)) continue;
  Spread(hoc, ".hoc", mod);
  while (Spread(mod, ".mod", mod)) continue;
  return {ReachedPaths(hoc), ReachedPaths(mod)};
}

}  // namespace miv::server
