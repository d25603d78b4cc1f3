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
  kModel,  ///< loads hoc templates and compiled mechanisms
};

/// One input of a kind.
struct InputRole {
  std::string role;  ///< "forest"; "forest:" stands for one per population
  std::vector<std::string> from_kinds;  ///< kinds whose output it is
  std::string output;                   ///< name of that output
  std::string field;  ///< config field that names a file instead; may be ""
  bool required = true;
  bool directory = false;       ///< templates and mechanisms
  bool own_population = false;  ///< of the step's own population only
};

struct KindInfo {
  std::string name;                  ///< canonical: "generate_connections"
  std::vector<std::string> aliases;  ///< "connections"
  int algorithm_version = 1;  ///< raised when equal inputs give other bytes
  KindGroup group = KindGroup::kCore;
  bool random = false;  ///< draws random numbers: the seed is in the key
  std::vector<std::string> outputs;  ///< file names, in order
  std::vector<InputRole> inputs;
  Schema config;  ///< a record
};

/// Every kind that runs, in build order.
const std::vector<KindInfo>& AllKinds();

/// The kind called `name`: canonical, alias, or either after the prefix
/// "miv_simulator.interface.".
/// Errors: InvalidArgument UNKNOWN_KIND with a suggestion; Unimplemented
/// NOT_AVAILABLE with a remedy for a kind that is planned but not built.
absl::StatusOr<const KindInfo*> FindKind(absl::string_view name);

/// The kind with this canonical name, which must exist.
const KindInfo& KindNamed(absl::string_view canonical);

}  // namespace miv::pipeline
