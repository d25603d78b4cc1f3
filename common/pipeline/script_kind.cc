// The kind that runs a program of the user's.

#include "common/pipeline/kind_tables.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

// A word of a command line or the value of a variable: may be empty.
Schema Word() { return OneOf({Schema{.type = ValueType::kString}, Number()}); }

}  // namespace

KindInfo ScriptKind() {
  return {
      .name = "script",
      .group = KindGroup::kModel,
      .random = true,
      .inputs = {{.role = "program", .field = "program"}},
      .config = KindConfig(
          "script",
          {Required("program", File()),
           Optional("interpreter", String("interpreter")),
           Default("args", ListOf(Word()), json::array()),
           Default("inputs", MapOf("input", File()), json::object()),
           Optional("outputs", ListOf(String("file name"), 1)),
           Optional("stands_for", String("kind")),
           Optional("population", String("population")),
           Default("environment", MapOf("variable", Word()), json::object()),
           Optional("timeout_s", Positive())})};
}

}  // namespace miv::pipeline
