// The kind import: a file from elsewhere in place of a step.

#include "common/pipeline/kind_tables.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

// A field of a forest, with no default: a neuroh5 file needs none.
Field OfForest(const char* name) {
  return Optional(name,
                  GenerateSynapseForestKind().config.FindField(name)->schema);
}

}  // namespace

KindInfo ImportKind() {
  const Schema file = String("SWC file");
  return {.name = "import",
          .inputs = {{.role = "file", .field = "file"}},
          .config = KindConfig(
              "import",
              {Required("file", File()), Optional("stands_for", String("kind")),
               Optional("population", String("population")),
               Optional("gids", MapOf("gid", OneOf({file, ListOf(file, 1)}))),
               OfForest("layer_from"), OfForest("depth_axis"),
               OfForest("soma_layer"), OfForest("layer_extents"),
               OfForest("layer_definitions")})};
}

}  // namespace miv::pipeline
