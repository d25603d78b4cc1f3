#include "client/cli/bash_completion.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/pipeline/kinds.h"

namespace miv::client {
namespace {

// The functions that the tables below complete.
constexpr char kHead[] =
    "# Completion of miv for bash.  In ~/.bashrc:\n"
    "#   source <(miv completion bash)\n";

constexpr char kBody[] = R"bash(
_miv_jobs() { "$@" jobs 2>/dev/null | awk 'NR > 1 { print $1 }'; }

_miv() {
  local current=${COMP_WORDS[COMP_CWORD]} path= previous= word words
  local -a program=("${COMP_WORDS[0]}")
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$previous" in
      --server|--token-file) program+=("$previous" "$word") ;;
    esac
    if [[ -z $(_miv_values "$path $previous") ]]; then
      case " $(_miv_verbs "$path") " in *" $word "*) path+=" $word" ;; esac
    fi
    previous=$word
  done
  COMPREPLY=()
  words=$(_miv_values "$path $previous")
  if [[ -z $words ]]; then
    words="$(_miv_verbs "$path") $(_miv_arguments "$path")"
    [[ $current == -* ]] && words=$(_miv_options "$path")
  fi
  [[ $words == *@jobs* ]] && words=$(_miv_jobs "${program[@]}")
  [[ $words == *@any* ]] && return
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -o default -F _miv miv
)bash";

/// Cases of a shell function that prints words by its first argument.
class WordTable {
 public:
  explicit WordTable(std::string name) : name_(std::move(name)) {}

  void Add(const std::string& key, const std::vector<std::string>& words) {
    if (words.empty()) return;
    absl::StrAppend(&cases_, "    '", key, "') echo '",
                    absl::StrJoin(words, " "), "' ;;\n");
  }
  std::string Text() const {
    return absl::StrCat("\n", name_, "() {\n  case \"$1\" in\n", cases_,
                        "  esac\n}\n");
  }

 private:
  const std::string name_;
  std::string cases_;
};

std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (const auto& kind : pipeline::AllKinds()) names.push_back(kind.name);
  return names;
}

/// "JOB" -> "@jobs", "use|refresh" -> its parts, "FILE" -> "@any".
std::vector<std::string> WordsFor(const std::string& type) {
  if (type == "JOB") return {"@jobs"};
  if (type == "KIND") return KindNames();
  if (type.find('|') == std::string::npos) return {"@any"};
  return {absl::StrReplaceAll(type, {{"|", " "}})};
}

class Writer {
 public:
  void Visit(const CLI::App& app, const std::string& path) {
    std::vector<std::string> verbs, options;
    for (const CLI::App* verb : app.get_subcommands(nullptr)) {
      verbs.push_back(verb->get_name());
      Visit(*verb, absl::StrCat(path, " ", verb->get_name()));
    }
    AddOptions(app, path, &options);
    // Those of the program may stand behind a verb, too.
    for (const CLI::App* up = app.get_parent(); up != nullptr;
         up = up->get_parent())
      AddOptions(*up, path, &options);
    verbs_.Add(path, verbs);
    options_.Add(path, options);
  }

  std::string Text() const {
    return absl::StrCat(kHead, verbs_.Text(), options_.Text(), values_.Text(),
                        arguments_.Text(), kBody);
  }

 private:
  void AddOptions(const CLI::App& app, const std::string& path,
                  std::vector<std::string>* names) {
    std::vector<std::string> arguments;
    for (const CLI::Option* option : app.get_options()) {
      const std::string type = option->get_type_name();
      if (option->get_lnames().empty() && option->get_snames().empty()) {
        const auto words = WordsFor(type == "JOB" ? type : option->get_name());
        if (words.front() != "@any") arguments = words;
        continue;
      }
      for (const auto& name : option->get_lnames())
        AddOption(*option, path, "--" + name, names);
      for (const auto& name : option->get_snames())
        AddOption(*option, path, "-" + name, names);
    }
    if (app.get_parent() == nullptr || !arguments.empty())
      arguments_.Add(path, arguments);
  }

  void AddOption(const CLI::Option& option, const std::string& path,
                 const std::string& name, std::vector<std::string>* names) {
    for (const auto& known : *names)
      if (known == name) return;
    names->push_back(name);
    if (option.get_items_expected_max() > 0)
      values_.Add(absl::StrCat(path, " ", name),
                  WordsFor(option.get_type_name()));
  }

  WordTable verbs_{"_miv_verbs"};
  WordTable options_{"_miv_options"};
  WordTable values_{"_miv_values"};
  WordTable arguments_{"_miv_arguments"};
};

}  // namespace

std::string BashCompletion(const CLI::App& app) {
  Writer writer;
  writer.Visit(app, "");
  return writer.Text();
}

}  // namespace miv::client
