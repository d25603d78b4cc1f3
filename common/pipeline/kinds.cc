#include "common/pipeline/kinds.h"

#include <algorithm>

#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/pipeline/kind_tables.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

constexpr char kInterfacePrefix[] = "miv_simulator.interface.";

absl::Status UnknownKind(absl::string_view name) {
  std::vector<std::string> known = {"network"};
  for (const KindInfo& kind : AllKinds()) {
    known.push_back(kind.name);
    known.insert(known.end(), kind.aliases.begin(), kind.aliases.end());
  }
  return InvalidInput({.reason = "UNKNOWN_KIND",
                       .what = "there is no such kind of step",
                       .found = Show(std::string(name)),
                       .remedy = SuggestName(name, known)});
}

}  // namespace

const std::vector<KindInfo>& AllKinds() {
  static const auto* const kKinds =
      new std::vector<KindInfo>{H5TypesKind(),
                                NetworkArchitectureKind(),
                                MeasureDistancesKind(),
                                GenerateSynapseForestKind(),
                                DistributeSynapsesKind(),
                                GenerateConnectionsKind(),
                                Neuroh5GraphKind(),
                                GapJunctionsKind(),
                                InputSpikesKind(),
                                ImportKind(),
                                ScriptKind(),
                                SimulationKind(),
                                VerifyKind()};
  return *kKinds;
}

absl::string_view BareKindName(absl::string_view name) {
  absl::ConsumePrefix(&name, kInterfacePrefix);
  return name;
}

absl::StatusOr<const KindInfo*> FindKind(absl::string_view name) {
  const absl::string_view bare = BareKindName(name);
  for (const KindInfo& kind : AllKinds())
    if (kind.name == bare || std::find(kind.aliases.begin(), kind.aliases.end(),
                                       bare) != kind.aliases.end())
      return &kind;
  return UnknownKind(bare);
}

const KindInfo& KindNamed(absl::string_view canonical) {
  const auto& kinds = AllKinds();
  return *std::find_if(
      kinds.begin(), kinds.end(),
      [canonical](const KindInfo& kind) { return kind.name == canonical; });
}

}  // namespace miv::pipeline
