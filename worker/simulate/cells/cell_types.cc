#include "worker/simulate/cells/cell_types.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

const std::set<std::string>& SectionClasses() {
  static const auto& classes = *new std::set<std::string>{
      "soma", "axon", "basal", "apical", "trunk", "tuft", "ais", "hillock"};
  return classes;
}

DetectorConfig ParseDetector(const nlohmann::json& record,
                             const std::string& path, absl::Status* status) {
  Fields fields(record, path);
  DetectorConfig detector;
  detector.section = fields.Text("section", detector.section);
  detector.loc = fields.Number("loc", detector.loc);
  fields.Number("distance", 0);
  detector.threshold_mv = fields.Number("threshold", detector.threshold_mv);
  detector.delay_ms = fields.Number("delay", detector.delay_ms);
  if (fields.Number("onset delay", 0) != 0) {
    fields.Fail("onset delay", "an onset delay is not supported", "0", "",
                "The original stores it under a name that nothing reads; "
                "remove the field.");
  }
  if (SectionClasses().count(detector.section) == 0) {
    fields.Fail("section", "there is no such class of sections",
                "soma, axon, basal, apical, trunk, tuft, ais or hillock",
                detector.section);
  }
  if (detector.loc < 0 || detector.loc > 1) {
    fields.Fail("loc", "the place is outside the section", "0 to 1",
                absl::StrCat(detector.loc));
  }
  *status = fields.Finish();
  return detector;
}

/// The mapping that a reduced template receives, from its mechanism block.
ReducedConfig ParseReduced(const nlohmann::json& block, Fields* fields,
                           absl::string_view name) {
  ReducedConfig reduced;
  if (!block.is_object()) {
    fields->Fail(name, "the parameters of the reduced cell are missing",
                 "a mapping of numbers");
    return reduced;
  }
  neuron::PythonValue::Mapping items;
  for (const auto& [key, value] : block.items()) {
    if (value.is_number()) {
      items.emplace(key, value.get<double>());
    } else if (value.is_string()) {
      items.emplace(key, value.get<std::string>());
    } else {
      fields->Fail(absl::StrCat(name, ".", key), "the parameter is no number",
                   "a number", value.dump());
    }
  }
  const auto number = [&](const char* key) -> std::optional<double> {
    const auto found = block.find(key);
    if (found == block.end()) return std::nullopt;
    if (found->is_number()) return found->get<double>();
    fields->Fail(absl::StrCat(name, ".", key), "the parameter is no number",
                 "a number", found->dump());
    return std::nullopt;
  };
  reduced.ic_constant = number("ic_constant");
  reduced.v_threshold = number("V_threshold");
  reduced.parameters = neuron::PythonValue::Of(std::move(items));
  return reduced;
}

/// Which mechanism block the reduced template `name` takes; "" for none,
/// nullopt if it is no reduced template.
std::optional<std::string> ReducedBlock(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  if (lower == "pr_nrn" || lower == "prn_nrn") return "PinskyRinzel";
  if (lower == "brk_nrn") return "BoothRinzelKiehn";
  if (lower == "sc_nrn") return "";
  return std::nullopt;
}

absl::Status ParseMechanism(const nlohmann::json& record,
                            const std::string& path, CellType* type) {
  Fields fields(record, path);
  absl::Status detector_status;
  if (fields.Has("spike detector")) {
    type->detector =
        ParseDetector(fields.Raw("spike detector"),
                      fields.PathOf("spike detector"), &detector_status);
  }
  fields.Ignore({"spike detector"});
  if (const auto block = ReducedBlock(type->template_name)) {
    type->reduced = block->empty()
                        ? ReducedConfig()
                        : ParseReduced(fields.Raw(*block), &fields, *block);
  }
  for (const std::string& section : SectionClasses()) {
    if (!fields.Has(section)) continue;
    fields.Fail(section, "rules for sections in `mechanism` are not supported",
                "", "",
                "Put channel parameters into the template and synapse "
                "parameters into the mechanisms of `synapses`.");
  }
  MIV_RETURN_IF_ERROR(detector_status);
  return fields.Finish();
}

/// One entry of `weights`: {namespace, expr, parameter, const}.
absl::Status ParseWeights(const nlohmann::json& entry, const std::string& path,
                          CellType* type) {
  Fields fields(entry, path);
  const std::vector<std::string> names = fields.Texts("namespace");
  if (names.empty()) {
    fields.Fail("namespace", "the field is missing",
                "the namespace of the cell file that has the weights");
  }
  std::vector<std::string> variables = fields.Texts("parameter");
  if (variables.size() > 1) {
    fields.Fail("parameter", "a weight depends on its stored value only",
                "one name", absl::StrCat(variables.size(), " names"));
  }
  const std::map<std::string, double> constants = fields.NumberMap("const");
  const std::string text = fields.Text("expr", "");
  if (text.empty() && (fields.Has("parameter") || fields.Has("const"))) {
    fields.Fail("expr", "the field is missing", "an expression of the weight");
  }
  MIV_RETURN_IF_ERROR(fields.Finish());
  std::optional<Expression> expression;
  if (!text.empty()) {
    variables.push_back("x");
    auto parsed = Expression::Parse(text, variables, constants);
    if (!parsed.ok()) {
      return WithContext(parsed.status(), {.field = fields.PathOf("expr")});
    }
    expression = *std::move(parsed);
  }
  for (const std::string& name : names) {
    type->weights.push_back({name, expression});
  }
  return absl::OkStatus();
}

absl::Status ParseSynapseOptions(const nlohmann::json& record,
                                 const std::string& path, CellType* type) {
  Fields fields(record, path);
  fields.Ignore({"density"});
  type->unique_synapses = fields.Bool("unique", false);
  const nlohmann::json& weights = fields.Raw("weights");
  const auto entries = weights.is_object() ? nlohmann::json::array({weights})
                                           : weights;  // one, or several
  if (!entries.is_null() && !entries.is_array()) {
    fields.Fail("weights", "the field is not a list", "a list of namespaces",
                entries.dump());
  }
  MIV_RETURN_IF_ERROR(fields.Finish());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    MIV_RETURN_IF_ERROR(ParseWeights(
        entries[i], absl::StrCat(fields.PathOf("weights"), "[", i, "]"), type));
  }
  return absl::OkStatus();
}

absl::StatusOr<CellType> ParseCellType(const std::string& population,
                                       const nlohmann::json& record,
                                       const std::string& path) {
  Fields fields(record, path);
  CellType type;
  type.population = population;
  if (fields.Has("template class")) {
    fields.Fail("template class", "cells of Python classes need Python", "", "",
                "Give the cell a hoc template.");
  }
  type.template_name = fields.RequiredText("template");
  type.template_file =
      fields.Text("template file", absl::StrCat(type.template_name, ".hoc"));
  const nlohmann::json& mechanism = fields.Raw("mechanism");
  if (mechanism.is_string()) {
    fields.Fail("mechanism", "the mechanism is the name of a file", "a mapping",
                mechanism.dump(), "Include the file's content in the config.");
  }
  const nlohmann::json& synapses = fields.Raw("synapses");
  fields.Ignore({"mechanism", "synapses", "template class", "spike train"});
  MIV_RETURN_IF_ERROR(fields.Finish());
  MIV_RETURN_IF_ERROR(
      ParseMechanism(mechanism, fields.PathOf("mechanism"), &type));
  MIV_RETURN_IF_ERROR(
      ParseSynapseOptions(synapses, fields.PathOf("synapses"), &type));
  return type;
}

}  // namespace

absl::StatusOr<std::map<std::string, CellType>> ParseCellTypes(
    const nlohmann::json& config) {
  std::map<std::string, CellType> types;
  Fields fields(config, "cell_types");
  MIV_RETURN_IF_ERROR(config.is_object() || config.is_null() ? absl::OkStatus()
                                                             : fields.Finish());
  if (!config.is_object()) return types;
  for (const auto& [population, record] : config.items()) {
    MIV_ASSIGN_OR_RETURN(
        types[population],
        ParseCellType(population, record, fields.PathOf(population)));
  }
  return types;
}

}  // namespace miv::simulate
