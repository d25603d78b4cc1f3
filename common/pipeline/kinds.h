#pragma once

// The component kinds: what each is called, reads, writes and accepts.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {

/// Which worker group may run it.
enum class KindGroup {
  kCore,   ///< loads no user code
  kModel,  ///< runs user code: templates, mechanisms, programs
};

/// How many populations a role is about.
enum class RoleScope {
  kNetwork,        ///< all of them, one input
  kOwnPopulation,  ///< the step's own population
  kPerPopulation,  ///< one input "ROLE:POPULATION" for each that is found
};

/// One input of a kind.
struct InputRole {
  std::string role;   ///< "forest"
  std::string field;  ///< config field that names a file instead; may be ""
  /// Kinds whose output it is; an import may stand for any of them.
  std::vector<std::string> from_kinds;
  std::string output;  ///< name of that output: "forest.h5"
  RoleScope scope = RoleScope::kNetwork;
  bool required = true;
  bool directory = false;   ///< templates, mechanisms: by default of `files`
  bool named_only = false;  ///< what the step uses does not provide it unnamed
  std::string remedy;  ///< if the step that `field` names does not write it
};

struct KindInfo {
  std::string name;                  ///< canonical: "generate_connections"
  std::vector<std::string> aliases;  ///< "connections"
  int algorithm_version = 1;  ///< raised when equal inputs give other bytes
  KindGroup group = KindGroup::kCore;
  bool random = false;  ///< draws random numbers: the seed is in the key
  /// File names; an import and a script name them in Resolve.
  std::vector<std::string> outputs;
  std::vector<InputRole> inputs;
  Schema config;  ///< a record
};

/// Every kind that runs, in build order.  A "network" does not: it becomes
/// steps of these kinds (expand_network.h).
const std::vector<KindInfo>& AllKinds();

/// A kind as written, without the prefix "miv_simulator.interface.".
absl::string_view BareKindName(absl::string_view name);

/// The kind called `name`: canonical, alias, or either after the prefix
/// "miv_simulator.interface.".
/// Errors: InvalidArgument UNKNOWN_KIND with a suggestion.
absl::StatusOr<const KindInfo*> FindKind(absl::string_view name);

/// The kind with this canonical name, which must exist.
const KindInfo& KindNamed(absl::string_view canonical);

}  // namespace miv::pipeline
