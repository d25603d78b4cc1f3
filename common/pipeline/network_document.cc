#include "common/pipeline/network_document.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/pipeline/checks.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/schema.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

// Sections that mean something to the network or to a simulation of it, and
// that nothing here reads.
struct IgnoredSection {
  const char* name;
  const char* warning;
};

constexpr IgnoredSection kIgnored[] = {
    {"Random Seeds",
     "MiV-Simulator's seeds are not read; the step's seed is that of all its "
     "random numbers."},
    {"Stimulus",
     "The section is not read; make trains with a step of kind input_spikes, "
     "or as stimulus of the simulation."},
};

void WarnOfIgnored(const std::string& step, const std::string& field,
                   const json& document, std::vector<Warning>& warnings) {
  for (const IgnoredSection& ignored : kIgnored) {
    const auto section = document.find(ignored.name);
    if (section == document.end() || section->is_null() || section->empty())
      continue;
    warnings.push_back({step, FieldPath(field, ignored.name), ignored.warning});
  }
}

// Section classes and synapse types have the numbers that the files have.
absl::Status CheckFixed(const std::string& step, const std::string& field,
                        const json& numbers,
                        const std::vector<std::string>& names, int first,
                        std::vector<Warning>& warnings) {
  for (const auto& [name, number] : numbers.items()) {
    const std::string at = FieldPath(field, name);
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) {
      warnings.push_back({step, at,
                          absl::StrCat("The name has no effect; the names are ",
                                       absl::StrJoin(names, ", "), ".")});
      continue;
    }
    const std::int64_t expected = first + (it - names.begin());
    if (number != expected)
      return InvalidInput({.reason = "FIXED_VALUE",
                           .step = step,
                           .field = at,
                           .what = "the number is fixed",
                           .expected = absl::StrCat(expected),
                           .found = Show(number)});
  }
  return absl::OkStatus();
}

absl::Status CheckDefinitions(const std::string& step, const std::string& field,
                              const json& document,
                              std::vector<Warning>& warnings) {
  const json definitions = document.value("Definitions", json::object());
  const json none = json::object();
  MIV_RETURN_IF_ERROR(CheckFixed(step, FieldPath(field, "SWC Types"),
                                 definitions.value("SWC Types", none),
                                 SectionClasses(), 1, warnings));
  return CheckFixed(step, FieldPath(field, "Synapse Types"),
                    definitions.value("Synapse Types", none), SynapseTypes(), 0,
                    warnings);
}

absl::Status CheckGlobals(const std::string& field, const json& document) {
  const json globals = document.value("Global Parameters", json::object());
  if (!globals.contains("celsius")) return absl::OkStatus();
  json celsius = globals["celsius"];
  return ApplySchema(
      Number(), FieldPath(FieldPath(field, "Global Parameters"), "celsius"),
      celsius);
}

absl::Status CheckCells(const std::string& step, const std::string& field,
                        const json& cells, const std::string& population) {
  if (cells.contains(population)) return absl::OkStatus();
  const auto known = KeysOf(cells);
  return InvalidInput({.reason = "UNKNOWN_POPULATION",
                       .step = step,
                       .field = field,
                       .what = "the population has no entry in Geometry.Cell "
                               "Distribution",
                       .expected = "one of " + absl::StrJoin(known, ", "),
                       .found = Show(population),
                       .remedy = NearestName(population, known).empty()
                                     ? ""
                                     : SuggestName(population, known)});
}

// Cells with densities that nothing projects to get no tree.
void WarnOfLonely(const std::string& step, const std::string& field,
                  const json& document, std::vector<Warning>& warnings) {
  const json& projections = document["Connection Generator"]["Synapses"];
  for (const auto& [population, type] : document["Cell Types"].items()) {
    const json synapses = type.value("synapses", json());
    const bool wanted = synapses.is_object() &&
                        !synapses.value("density", json(nullptr)).empty();
    if (wanted && !projections.contains(population))
      warnings.push_back(
          {step, FieldPath(field, population),
           absl::StrCat("Nothing projects to ", population,
                        ": its cells get no trees and no synapses.")});
  }
}

}  // namespace

void DropSimulatedEntries(const std::string& step, const std::string& field,
                          json& document, std::vector<Warning>& warnings) {
  if (!document.is_object()) return;
  const auto types = document.find("Cell Types");
  if (types == document.end() || !types->is_object()) return;
  for (auto& [population, type] : types->items())
    if (type.is_object() && type.erase("mechanism file") > 0)
      warnings.push_back(
          {step,
           FieldPath(FieldPath(FieldPath(field, "Cell Types"), population),
                     "mechanism file"),
           "The file is not read; write mechanism: !include FILE."});
}

absl::Status CheckNetworkDocument(const std::string& step,
                                  const std::string& field,
                                  const json& document,
                                  std::vector<Warning>& warnings) {
  MIV_RETURN_IF_ERROR(CheckDefinitions(step, FieldPath(field, "Definitions"),
                                       document, warnings));
  MIV_RETURN_IF_ERROR(CheckGlobals(field, document));
  const json& cells = document["Geometry"]["Cell Distribution"];
  const std::string synapses =
      FieldPath(FieldPath(field, "Connection Generator"), "Synapses");
  for (const auto& [post, sources] :
       document["Connection Generator"]["Synapses"].items()) {
    const std::string at = FieldPath(synapses, post);
    MIV_RETURN_IF_ERROR(CheckCells(step, at, cells, post));
    for (const std::string& pre : KeysOf(sources))
      MIV_RETURN_IF_ERROR(CheckCells(step, FieldPath(at, pre), cells, pre));
  }
  WarnOfLonely(step, FieldPath(field, "Cell Types"), document, warnings);
  WarnOfIgnored(step, field, document, warnings);
  return absl::OkStatus();
}

}  // namespace miv::pipeline
