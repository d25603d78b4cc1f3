// miv kinds: what steps there are, and what their configs may say.

#include "common/pipeline/kinds.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/exit_code.h"
#include "client/cli/table.h"
#include "client/cli/verbs.h"
#include "common/base/status_macros.h"
#include "common/pipeline/network_kind.h"

namespace miv::client {
namespace {

using nlohmann::json;
using pipeline::Field;
using pipeline::FieldUse;
using pipeline::KindInfo;

struct Options {
  std::string kind;
};

std::vector<const KindInfo*> Kinds() {
  std::vector<const KindInfo*> kinds = {&pipeline::NetworkKind()};
  for (const KindInfo& kind : pipeline::AllKinds()) kinds.push_back(&kind);
  return kinds;
}

absl::StatusOr<const KindInfo*> Find(const std::string& name) {
  if (pipeline::IsNetworkKind(name)) return &pipeline::NetworkKind();
  return pipeline::FindKind(name);
}

std::vector<std::string> Roles(const KindInfo& kind) {
  std::vector<std::string> roles;
  for (const auto& role : kind.inputs) roles.push_back(role.role);
  return roles;
}

std::string UseText(const Field& field) {
  switch (field.use) {
    case FieldUse::kResource:
      return field.name == "seed" ? "seed" : "resource";
    case FieldUse::kUnused:
      return "no effect";
    case FieldUse::kRead:
      return field.required ? "required" : "optional";
  }
  return "";
}

json FieldJson(const Field& field) {
  return {{"name", field.name},
          {"aliases", field.aliases},
          {"use", UseText(field)},
          {"default", field.default_value.value_or(json())},
          {"expected", pipeline::Describe(field.schema)}};
}

json KindJson(const KindInfo& kind) {
  json fields = json::array();
  for (const Field& field : kind.config.fields)
    fields.push_back(FieldJson(field));
  return {{"kind", kind.name},
          {"aliases", kind.aliases},
          {"inputs", Roles(kind)},
          {"outputs", kind.outputs},
          {"fields", std::move(fields)}};
}

void PrintKinds(Program& program) {
  Table table({"KIND", "ALIASES", "INPUTS", "OUTPUTS"});
  for (const KindInfo* kind : Kinds())
    table.Add({kind->name, absl::StrJoin(kind->aliases, ", "),
               absl::StrJoin(Roles(*kind), ", "),
               absl::StrJoin(kind->outputs, ", ")});
  program.io().out << table.Text(program.table_style()) << std::flush;
}

void PrintFields(Program& program, const KindInfo& kind) {
  Table table({"FIELD", "USE", "DEFAULT", "EXPECTED"});
  for (const Field& field : kind.config.fields) {
    std::vector<std::string> names = {field.name};
    names.insert(names.end(), field.aliases.begin(), field.aliases.end());
    table.Add({absl::StrJoin(names, ", "), UseText(field),
               field.default_value ? pipeline::Show(*field.default_value) : "-",
               pipeline::Describe(field.schema)});
  }
  program.io().out << table.Text(program.table_style()) << std::flush;
}

absl::StatusOr<int> ShowKinds(Program& program, const Options& options) {
  if (options.kind.empty()) {
    json all = json::array();
    for (const KindInfo* kind : Kinds()) all.push_back(KindJson(*kind));
    if (program.json)
      program.PrintJson(all);
    else
      PrintKinds(program);
    return kExitDone;
  }
  MIV_ASSIGN_OR_RETURN(const KindInfo* kind, Find(options.kind));
  if (program.json)
    program.PrintJson(KindJson(*kind));
  else
    PrintFields(program, *kind);
  return kExitDone;
}

}  // namespace

void AddKinds(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      AddVerb(app, "kinds", "List the kinds of steps, or the fields of one",
              "  miv kinds\n"
              "  miv kinds distribute_synapses\n"
              "  miv kinds simulation --json | jq '.fields[].name'");
  verb->add_option("KIND", options->kind, "A kind or one of its aliases");
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &ShowKinds);
}

}  // namespace miv::client
