#include "common/pipeline/network_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/network_document.h"
#include "common/pipeline/network_kind.h"
#include "common/pipeline/schema.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr char kSynapses[] = "Connection Generator.Synapses";

// The kinds that a network expands into.
constexpr const char* kBuildKinds[] = {"h5_types",
                                       "network_architecture",
                                       "measure_distances",
                                       "distribute_synapses",
                                       "generate_synapse_forest",
                                       "generate_connections",
                                       "gap_junctions",
                                       "neuroh5_graph"};
constexpr char kGapJunctions[] = "Connection Generator.Gap Junctions";

class Reader {
 public:
  Reader(const StepSpec& step, std::vector<Warning>& warnings)
      : step_(step), warnings_(warnings) {
    network_.path = FieldPath("steps", step.name);
    network_.config =
        step.config.is_null() ? json::object() : json(step.config);
  }

  absl::StatusOr<Network> Read() {
    MIV_RETURN_IF_ERROR(ReadConfig());
    MIV_RETURN_IF_ERROR(ReadOptions());
    MIV_RETURN_IF_ERROR(ReadPopulations());
    MIV_RETURN_IF_ERROR(ReadProjections());
    return std::move(network_);
  }

 private:
  absl::Status Error(const std::string& field, Fault fault) const {
    fault.step = step_.name;
    fault.field = field;
    return InvalidInput(fault);
  }

  absl::Status ReadConfig() {
    if (network_.config.is_object() && network_.config.contains("config"))
      DropSimulatedEntries(step_.name, network_.Field("config"),
                           network_.config["config"], warnings_);
    MIV_RETURN_IF_ERROR(ApplySchema(NetworkKind().config,
                                    FieldPath(network_.path, "config"),
                                    network_.config));
    if (!network_.config.contains("config"))
      return Error(network_.Field("config"),
                   {.reason = "MISSING_FIELD",
                    .what = network_.config.contains("config_filepath")
                                ? "only a pipeline file may name the file of a "
                                  "network"
                                : "the network is required",
                    .expected = "the content of a declarative MiV YAML",
                    .remedy = "Give config_filepath: FILE in a pipeline file, "
                              "or the content as config."});
    if (network_.config.contains("config_filepath"))
      return Error(network_.Field("config_filepath"),
                   {.reason = "DUPLICATE_FIELD",
                    .what = "the network is also given as config",
                    .remedy = "Keep one of the two."});
    return CheckNetworkDocument(step_.name, network_.Field("config"),
                                network_.config["config"], warnings_);
  }

  // network_.options, by canonical kind and field, with the path of each value.
  absl::Status ReadOptions() {
    for (const auto& [given, fields] : network_.config["options"].items()) {
      const std::string at = FieldPath(network_.Field("options"), given);
      const auto kind = FindKind(given);
      if (!kind.ok() ||
          std::find(std::begin(kBuildKinds), std::end(kBuildKinds),
                    (*kind)->name) == std::end(kBuildKinds))
        return Error(at,
                     {.reason = "UNKNOWN_KIND",
                      .what = "a network has no steps of this kind",
                      .expected = "one of " + absl::StrJoin(kBuildKinds, ", "),
                      .found = Show(given)});
      if ((*kind)->name == "gap_junctions" && !network_.HasGapJunctions())
        return Error(at, {.reason = "UNKNOWN_KIND",
                          .what = "the network has no gap junctions",
                          .expected = absl::StrCat("a section ", kGapJunctions),
                          .remedy = "Add the section, or remove the option."});
      for (const auto& [name, value] : fields.items())
        MIV_RETURN_IF_ERROR(
            ReadOption(**kind, name, FieldPath(at, name), value));
    }
    return absl::OkStatus();
  }

  absl::Status ReadOption(const KindInfo& kind, const std::string& given,
                          const std::string& at, const json& value) {
    const auto* field = kind.config.FindField(given);
    const std::string name = field == nullptr ? given : field->name;
    const bool decided =
        name == "population" ||
        std::any_of(kind.inputs.begin(), kind.inputs.end(),
                    [&name](const InputRole& role) {
                      return role.field == name && !role.from_kinds.empty();
                    });
    if (decided)
      return Error(at, {.reason = "OPTION_NOT_FREE",
                        .what = "the network itself decides this field",
                        .remedy = "Remove it, or write the steps one by one."});
    if (!network_.options[kind.name]
             .emplace(name, NetworkOption{at, value})
             .second)
      return Error(at, {.reason = "DUPLICATE_FIELD",
                        .what = "the option is given twice",
                        .remedy = "Keep one of the two."});
    return absl::OkStatus();
  }

  absl::Status ReadPopulations() {
    const auto known = KeysOf(*network_.Section(kSynapses));
    const json& chosen = network_.config["populations"];
    std::vector<std::string>& populations = network_.populations;
    populations = known;
    if (chosen.is_null()) return absl::OkStatus();
    populations = chosen.get<std::vector<std::string>>();
    for (std::size_t i = 0; i < populations.size(); ++i) {
      const std::string at = FieldPath(network_.Field("populations"), i);
      const std::string& name = populations[i];
      if (std::find(known.begin(), known.end(), name) == known.end())
        return Error(at, {.reason = "UNKNOWN_POPULATION",
                          .what = "nothing projects to the population",
                          .expected = "one of " + absl::StrJoin(known, ", "),
                          .found = Show(name)});
      if (std::find(populations.begin(), populations.begin() + i, name) !=
          populations.begin() + i)
        return Error(at, {.reason = "DUPLICATE_VALUE",
                          .what = "the population is listed twice",
                          .found = Show(name)});
    }
    return absl::OkStatus();
  }

  // network_.projections: the sources of each population, in the order that
  // `projections` gives, then by name.
  absl::Status ReadProjections() {
    const json order = network_.config.value("projections", json::object());
    for (const auto& [post, sources] : network_.Section(kSynapses)->items()) {
      const json given = order.value(post, json::array());
      std::vector<std::string> listed;
      for (std::size_t i = 0; i < given.size(); ++i) {
        const std::string pre = given[i];
        if (!sources.contains(pre))
          return UnknownProjection(
              FieldPath(FieldPath(network_.Field("projections"), post), i),
              pre);
        listed.push_back(pre);
      }
      for (const std::string& pre : KeysOf(sources))
        if (std::find(listed.begin(), listed.end(), pre) == listed.end())
          listed.push_back(pre);
      network_.projections[post] = std::move(listed);
    }
    for (const std::string& post : KeysOf(order))
      if (!network_.projections.contains(post))
        return UnknownProjection(FieldPath(network_.Field("projections"), post),
                                 post);
    return absl::OkStatus();
  }

  absl::Status UnknownProjection(const std::string& at,
                                 const std::string& name) const {
    return Error(at, {.reason = "UNKNOWN_POPULATION",
                      .what = "Connection Generator.Synapses has no such entry",
                      .found = Show(name),
                      .remedy = "The field only tells the order of sources."});
  }

  const StepSpec& step_;
  std::vector<Warning>& warnings_;
  Network network_;
};

}  // namespace

std::string Network::Field(absl::string_view field) const {
  return FieldPath(FieldPath(path, "config"), field);
}

const json* Network::Section(absl::string_view name) const {
  const json* at = &config["config"];
  for (const absl::string_view key : absl::StrSplit(name, '.')) {
    const auto it = at->find(std::string(key));
    if (it == at->end()) return nullptr;
    at = &*it;
  }
  return at;
}

bool Network::HasGapJunctions() const {
  const json* section = Section(kGapJunctions);
  return section != nullptr && section->is_object() && !section->empty();
}

std::string Network::SectionField(absl::string_view name) const {
  return FieldPath(Field("config"), name);
}

std::string Network::Directory(const char* field) const {
  return config.value(field, "");
}

absl::StatusOr<Network> ReadNetwork(const StepSpec& step,
                                    std::vector<Warning>& warnings) {
  return Reader(step, warnings).Read();
}

}  // namespace miv::pipeline
