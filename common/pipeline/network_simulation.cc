#include "common/pipeline/network_simulation.h"

#include <algorithm>
#include <deque>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/pipeline/network_recording.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr char kSimulation[] = "simulation";
constexpr char kReference[] = "step:";

class DefaultsReader {
 public:
  DefaultsReader(const std::string& step, const Network& network)
      : step_(step), network_(network) {}

  absl::StatusOr<SimulationDefaults> Read() {
    AddVelocities();
    AddEntries("synapse_mechanisms", "Connection Generator.Synapse Mechanisms");
    AddRules();
    AddGlobals();
    MIV_RETURN_IF_ERROR(AddRecordings(step_, network_, defaults_));
    return std::move(defaults_);
  }

 private:
  const json* Present(const std::string& section) const {
    const json* value = network_.Section(section);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  void AddEntry(const std::string& field, const std::string& name,
                const std::string& section, const json& value) {
    defaults_.config[field][name] = value;
    defaults_.origins.emplace_back(
        FieldPath(field, name),
        FieldPath(network_.SectionField(section), name));
  }

  void AddEntries(const std::string& field, const std::string& section) {
    const json* entries = Present(section);
    if (entries == nullptr) return;
    for (const auto& [name, value] : entries->items())
      AddEntry(field, name, section, value);
  }

  void AddVelocities() {
    constexpr char kSection[] = "Connection Generator.Connection Velocity";
    const json* velocities = Present(kSection);
    if (velocities == nullptr) return;
    const json& cells = *network_.Section("Geometry.Cell Distribution");
    for (const auto& [population, value] : velocities->items()) {
      if (cells.contains(population))
        AddEntry("connection_velocity", population, kSection, value);
      else
        Warn("connection_velocity",
             FieldPath(network_.SectionField(kSection), population),
             "The network has no cells of this population: the velocity has "
             "no effect.");
    }
  }

  // The file of a mechanism is found by its name, and the slots of `netcon
  // state` only matter to the original's tables.
  void AddRules() {
    constexpr char kSection[] = "Connection Generator.Synapse Parameter Rules";
    const json* rules = Present(kSection);
    if (rules == nullptr) return;
    for (const auto& [mechanism, rule] : rules->items()) {
      json kept = rule;
      kept.erase("mech_file");
      kept.erase("netcon_state");
      AddEntry("synapse_rules", mechanism, kSection, kept);
    }
  }

  void AddGlobals() {
    constexpr char kSection[] = "Global Parameters";
    const json* globals = Present(kSection);
    if (globals == nullptr) return;
    for (const auto& [name, value] : globals->items()) {
      const std::string at = FieldPath(network_.SectionField(kSection), name);
      if (name == "celsius") {
        defaults_.config["celsius"] = value;
        defaults_.origins.emplace_back("celsius", at);
      } else {
        Warn("", at,
             "Of the global parameters, a simulation sets celsius only.");
      }
    }
  }

  void Warn(const std::string& field, std::string at, std::string text) {
    defaults_.warnings[field].push_back(
        {step_, std::move(at), std::move(text)});
  }

  const std::string& step_;
  const Network& network_;
  SimulationDefaults defaults_;
};

// "lfp" of "lfp[0].pos".
std::string TopOf(const std::string& path) {
  return path.substr(0, path.find_first_of(".["));
}

// Whether the step says something about a field itself.
bool Says(const StepSpec& step, const std::string& field) {
  return step.config.is_object() && step.config.contains(field);
}

// The step that "step:NAME/OUTPUT" names; "" for anything else.
std::string ReferencedStep(const StepSpec& step, const std::string& field) {
  if (!Says(step, field) || !step.config[field].is_string()) return "";
  const std::string value = step.config[field];
  absl::string_view rest = value;
  if (!absl::ConsumePrefix(&rest, kReference)) return "";
  return std::string(*absl::StrSplit(rest, '/').begin());
}

// The nearest step of these to a simulation.
const SimulationDefaults* Nearest(
    const PipelineSpec& spec, const StepSpec& simulation,
    const std::map<std::string, SimulationDefaults>& by_graph) {
  std::map<std::string, const StepSpec*> steps;
  for (const StepSpec& step : spec.steps) steps[step.name] = &step;
  std::deque<std::string> queue = {ReferencedStep(simulation, "connections"),
                                   ReferencedStep(simulation, "cells")};
  queue.insert(queue.end(), simulation.uses.begin(), simulation.uses.end());
  std::set<std::string> seen;
  for (; !queue.empty(); queue.pop_front()) {
    const std::string name = queue.front();
    if (!seen.insert(name).second) continue;
    const auto found = by_graph.find(name);
    if (found != by_graph.end()) return &found->second;
    const auto step = steps.find(name);
    if (step != steps.end())
      queue.insert(queue.end(), step->second->uses.begin(),
                   step->second->uses.end());
  }
  return nullptr;
}

class Giver {
 public:
  Giver(StepSpec& step, const SimulationDefaults& defaults, Expansion& out)
      : step_(step), defaults_(defaults), out_(out) {}

  void Give() {
    if (step_.config.is_null()) step_.config = json::object();
    if (!step_.config.is_object()) return;
    for (const auto& [field, value] : defaults_.config.items())
      GiveField(field, value);
    for (const auto& [field, warnings] : defaults_.warnings)
      if (!taken_over_.contains(field))
        for (const Warning& warning : warnings) WarnOnce(warning);
    GiveGapJunctions();
    const std::string config =
        FieldPath(FieldPath("steps", step_.name), "config");
    for (const auto& [field, written] : defaults_.origins)
      if (given_.contains(field) || given_.contains(TopOf(field)))
        out_.AddOrigin(absl::StrCat(config, ".", field), written);
  }

 private:
  void GiveField(const std::string& field, const json& value) {
    if (!Says(step_, field)) {
      step_.config[field] = value;
      given_.insert(field);
      return;
    }
    json& own = step_.config[field];
    if (!own.is_object() || !value.is_object()) {
      taken_over_.insert(field);
      return;
    }
    for (const auto& [name, entry] : value.items())
      if (!own.contains(name)) {
        own[name] = entry;
        given_.insert(FieldPath(field, name));
      }
  }

  void WarnOnce(const Warning& warning) {
    auto& all = out_.warnings;
    if (std::find(all.begin(), all.end(), warning) == all.end())
      all.push_back(warning);
  }

  // The junctions of the network, unless the simulation names others or none.
  void GiveGapJunctions() {
    if (defaults_.gap_junctions.empty() || Says(step_, "gap_junctions")) return;
    for (const StepSpec& step : out_.spec.steps)
      if (BareKindName(step.kind) == "gap_junctions" &&
          std::find(step_.uses.begin(), step_.uses.end(), step.name) !=
              step_.uses.end())
        return;
    step_.uses.push_back(defaults_.gap_junctions);
  }

  StepSpec& step_;
  const SimulationDefaults& defaults_;
  Expansion& out_;
  std::set<std::string> given_;       // paths below the config
  std::set<std::string> taken_over_;  // fields that the step decides alone
};

}  // namespace

absl::StatusOr<SimulationDefaults> SimulationDefaultsOf(
    const std::string& step, const Network& network) {
  return DefaultsReader(step, network).Read();
}

void GiveSimulationDefaults(
    const std::map<std::string, SimulationDefaults>& by_graph, Expansion& out) {
  if (by_graph.empty()) return;
  for (StepSpec& step : out.spec.steps) {
    if (BareKindName(step.kind) != kSimulation) continue;
    const SimulationDefaults* defaults = Nearest(out.spec, step, by_graph);
    if (defaults != nullptr) Giver(step, *defaults, out).Give();
  }
}

}  // namespace miv::pipeline
