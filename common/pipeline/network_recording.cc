#include "common/pipeline/network_recording.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/network_simulation.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr char kProfiles[] = "Recording.Intracellular";
constexpr char kElectrodes[] = "Recording.LFP";
constexpr char kUsualProfile[] = "Network default";
constexpr char kQuantities[] = "section quantity";
constexpr char kSynaptic[] = "synaptic quantity";
constexpr char kClasses[] = "swc types";

Schema SectionQuantity() {
  return Record(
      "a section quantity",
      {Optional("variable", String()),
       Optional(kClasses, ListOf(Choice("section class", SectionClasses()), 1)),
       Optional("loc", ListOf(NumberFrom(0, 1), 1)),
       Optional("layers", ListOf(String("layer")))});
}

Schema Profile() {
  return Record(
      "a recording profile",
      {Optional("fraction", NumberFrom(0, 1)),
       Optional("limit", IntegerFrom(-1, 4294967295.0)),
       Optional("dt", Positive()), Optional("reduce", Boolean()),
       Optional(kQuantities, MapOf("label", Nullable(SectionQuantity()))),
       Optional(kSynaptic, MapOf("variable", Nullable(Any())))});
}

Schema ElectrodeEntry() {
  return Record(
      "an electrode",
      {Required("position", ListOfExactly(3, Number())),
       Optional("rho", Positive()), Optional("maxEDist", NonNegative()),
       Optional("fraction", NumberFrom(0, 1)), Optional("dt", Positive())});
}

// The text as a label: what a label cannot hold is "_".
std::string Label(std::string text) {
  for (char& c : text)
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-' && c != '.') c = '_';
  if (text.empty() || !absl::ascii_isalnum(text[0])) text.insert(0, "r");
  return text;
}

class RecordingReader {
 public:
  RecordingReader(const std::string& step, const Network& network,
                  SimulationDefaults& defaults)
      : step_(step), network_(network), defaults_(defaults) {}

  absl::Status Read() {
    AddElectrodes();
    const json* profiles = network_.Section(kProfiles);
    const json named = network_.config.value("recording_profile", json());
    const std::string name =
        named.is_null() ? kUsualProfile : named.get<std::string>();
    const bool there =
        profiles != nullptr && !profiles->is_null() && profiles->contains(name);
    if (there) return AddProfile(name, (*profiles)[name]);
    const auto known = profiles == nullptr || profiles->is_null()
                           ? std::vector<std::string>()
                           : KeysOf(*profiles);
    if (!named.is_null())
      return InvalidInput(
          {.reason = "UNKNOWN_NAME",
           .step = step_,
           .field = network_.Field("recording_profile"),
           .what = "the network has no such recording profile",
           .expected = known.empty() ? "a network with Recording.Intracellular"
                                     : "one of " + absl::StrJoin(known, ", "),
           .found = Show(named)});
    if (!known.empty())
      Warn("record", network_.SectionField(kProfiles),
           absl::StrCat("No profile is called ", kUsualProfile,
                        ": nothing is recorded; name one as "
                        "recording_profile of the network."));
    return absl::OkStatus();
  }

 private:
  void AddElectrodes() {
    const json* electrodes = network_.Section(kElectrodes);
    if (electrodes == nullptr || electrodes->is_null()) return;
    constexpr std::pair<const char*, const char*> kFields[] = {
        {"position", "pos"},
        {"rho", "rho"},
        {"maxEDist", "maxEDist"},
        {"fraction", "fdst"},
        {"dt", "dt_lfp"}};
    for (const auto& [name, electrode] : electrodes->items()) {
      const std::string at =
          FieldPath(network_.SectionField(kElectrodes), name);
      json entry = {{"label", Label(name)}};
      const std::string path = AddEntry("lfp", at);
      for (const auto& [from, to] : kFields)
        if (electrode.contains(from)) {
          entry[to] = electrode[from];
          defaults_.origins.emplace_back(FieldPath(path, to),
                                         FieldPath(at, from));
        }
      defaults_.config["lfp"].push_back(std::move(entry));
    }
  }

  absl::Status AddProfile(const std::string& name, const json& profile) {
    const std::string at = FieldPath(network_.SectionField(kProfiles), name);
    if (!profile.value(kSynaptic, json::object()).empty())
      Warn("record", FieldPath(at, kSynaptic),
           "Quantities of synapses are not recorded.");
    const json quantities = profile.value(kQuantities, json::object());
    for (const auto& [label, written] : quantities.items()) {
      const std::string field = FieldPath(FieldPath(at, kQuantities), label);
      const json quantity = written.is_null() ? json::object() : json(written);
      if (!quantity.value("layers", json::array()).empty()) {
        Warn("record", FieldPath(field, "layers"),
             "Sections are not recorded by layer: the quantity is left out.");
        continue;
      }
      MIV_RETURN_IF_ERROR(AddQuantity(profile, label, quantity, field));
    }
    return absl::OkStatus();
  }

  // An entry for every class of sections of every population with trees.
  absl::Status AddQuantity(const json& profile, const std::string& label,
                           const json& quantity, const std::string& field) {
    const json classes = quantity.value(kClasses, json({"all"}));
    const json places = quantity.value("loc", json::array());
    if (!places.empty() && places.size() != classes.size())
      return InvalidInput(
          {.reason = "UNEQUAL_LENGTHS",
           .step = step_,
           .field = FieldPath(field, "loc"),
           .what = "there is not one place for each of the swc types",
           .expected = absl::StrCat(classes.size()),
           .found = absl::StrCat(places.size())});
    for (const std::string& population : network_.populations)
      for (std::size_t i = 0; i < classes.size(); ++i) {
        json entry = {
            {"label", Label(absl::StrCat(label, "_", population, "_",
                                         classes[i].get<std::string>()))},
            {"variable", quantity.value("variable", label)},
            {"population", population},
            {"section", classes[i]}};
        if (!places.empty()) entry["loc"] = places[i];
        for (const char* name : {"fraction", "limit", "dt"})
          if (profile.contains(name)) entry[name] = profile[name];
        AddEntry("record", field);
        defaults_.config["record"].push_back(std::move(entry));
      }
    return absl::OkStatus();
  }

  // The path of the next entry of a list, which is written at `at`.
  std::string AddEntry(const std::string& list, const std::string& at) {
    if (!defaults_.config.contains(list))
      defaults_.config[list] = json::array();
    const std::string path = FieldPath(list, defaults_.config[list].size());
    defaults_.origins.emplace_back(path, at);
    return path;
  }

  void Warn(const std::string& field, std::string at, std::string text) {
    defaults_.warnings[field].push_back(
        {step_, std::move(at), std::move(text)});
  }

  const std::string& step_;
  const Network& network_;
  SimulationDefaults& defaults_;
};

}  // namespace

Schema RecordingSection() {
  return Record("the recordings",
                {Optional("Intracellular", MapOf("profile", Profile())),
                 Optional("LFP", MapOf("electrode", ElectrodeEntry()))});
}

absl::Status AddRecordings(const std::string& step, const Network& network,
                           SimulationDefaults& defaults) {
  return RecordingReader(step, network, defaults).Read();
}

}  // namespace miv::pipeline
