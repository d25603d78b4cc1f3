#include "common/pipeline/expand_network.h"

#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/pipeline/gap_junction_pairs.h"
#include "common/pipeline/network_kind.h"
#include "common/pipeline/network_reader.h"
#include "common/pipeline/network_simulation.h"

namespace miv::pipeline {
namespace {

using config::FieldPath;
using nlohmann::json;

constexpr char kSynapses[] = "Connection Generator.Synapses";
constexpr char kAxons[] = "Connection Generator.Axon Extent";
constexpr char kCells[] = "Geometry.Cell Distribution";
constexpr char kExtents[] = "Geometry.Parametric Surface.Layer Extents";
constexpr char kRotation[] = "Geometry.Parametric Surface.Rotation";
constexpr char kLayers[] = "Definitions.Layers";
constexpr char kPopulations[] = "Definitions.Populations";
constexpr char kGapJunctions[] = "Connection Generator.Gap Junctions";

// Adds the steps of one network.
class Expander {
 public:
  Expander(const StepSpec& step, const Network& network, Expansion& out)
      : step_(step), out_(out), network_(network) {}

  void Run() {
    AddCells();
    std::vector<std::string> uses = {Name("architecture"), Name("distances")};
    for (const std::string& population : network_.populations)
      AddPopulation(population, uses);
    if (network_.HasGapJunctions()) AddGapJunctions();
    Add(step_.name, "neuroh5_graph", std::move(uses));
    ApplyOptions();
  }

  // The step that couples cells; "" if there is none.
  const std::string& gap_junctions() const { return gap_junctions_; }

 private:
  void AddCells() {
    StepSpec& types = Add(Name("h5_types"), "h5_types", step_.uses);
    Give(types, "cell_distributions", kCells);
    Give(types, "population_definitions", kPopulations);
    types.config["projections"] = network_.projections;
    out_.AddOrigin(ConfigOf(types, "projections"),
                   network_.SectionField(kSynapses));
    StepSpec& somata =
        Add(Name("architecture"), "network_architecture", {Name("h5_types")});
    Imply(somata, "cell_distributions", kCells);
    Give(somata, "layer_extents", kExtents);
    Give(somata, "rotation", kRotation);
    Give(somata, "cell_constraints", "Geometry.Cell Constraints");
    StepSpec& distances =
        Add(Name("distances"), "measure_distances", {Name("architecture")});
    Imply(distances, "cell_distributions", kCells);
    Imply(distances, "layer_extents", kExtents);
    Imply(distances, "rotation", kRotation);
    Give(distances, "origin", "Geometry.Parametric Surface.Origin");
  }

  // Adds the population's steps, and their names to `graph_uses`.
  void AddPopulation(const std::string& population,
                     std::vector<std::string>& graph_uses) {
    const std::string cells = Name("architecture"), end = EndOf(population);
    StepSpec& forest = Add(Name("forest_" + end), "generate_synapse_forest",
                           {cells, Name("distances")});
    forest.config["population"] = population;
    if (network_.config.contains("morphology_path"))
      forest.config["morphology"] =
          JoinPath(network_.Directory("morphology_path"),
                   absl::StrCat(population, ".swc"));
    out_.AddOrigin(ConfigOf(forest, "morphology"),
                   network_.Field("morphology_path"));
    forests_[population] = forest.name;
    graph_uses.push_back(forest.name);
    StepSpec& synapses = Add(Name("synapses_" + end), "distribute_synapses",
                             {cells, Name("forest_" + end)});
    synapses.config["population"] = population;
    synapses.config["distribution"] = "poisson";
    Give(synapses, "cell_types", "Cell Types");
    Give(synapses, "layer_definitions", kLayers);
    for (const char* field : {"template_path", "mechanisms_path"})
      if (network_.config.contains(field))
        synapses.config[field] = network_.Directory(field);
    graph_uses.push_back(synapses.name);
    StepSpec& connections =
        Add(Name("connections_" + end), "generate_connections",
            {cells, Name("distances"), Name("synapses_" + end)});
    connections.config["population"] = population;
    Give(connections, "synapses", kSynapses);
    Give(connections, "axon_extents", kAxons);
    Imply(connections, "layer_definitions", kLayers);
    Imply(connections, "population_definitions", kPopulations);
    graph_uses.push_back(connections.name);
  }

  void AddGapJunctions() {
    const json& section = *network_.Section(kGapJunctions);
    std::vector<std::string> uses = {Name("architecture")};
    if (section.contains("locations"))
      for (const std::string& population : CoupledPopulations(section))
        if (const auto forest = forests_.find(population);
            forest != forests_.end())
          uses.push_back(forest->second);
    StepSpec& gaps =
        Add(Name("gap_junctions"), "gap_junctions", std::move(uses));
    gap_junctions_ = gaps.name;
    const json& written =
        step_.config["config"]["Connection Generator"]["Gap Junctions"];
    for (const Field& field : KindNamed("gap_junctions").config.fields) {
      std::string name = field.name;
      for (const std::string& alias : field.aliases)
        if (written.contains(alias)) name = alias;
      if (section.contains(field.name))
        gaps.config[field.name] = section[field.name];
      out_.AddOrigin(ConfigOf(gaps, field.name),
                     FieldPath(network_.SectionField(kGapJunctions), name));
    }
    out_.AddOrigin(FieldPath(FieldPath("steps", gaps.name), "uses"),
                   network_.SectionField(kGapJunctions));
  }

  // What `options` say about the steps.
  void ApplyOptions() {
    for (std::size_t i = first_; i < out_.spec.steps.size(); ++i) {
      StepSpec& step = out_.spec.steps[i];
      const auto options = network_.options.find(step.kind);
      if (options == network_.options.end()) continue;
      for (const auto& [name, option] : options->second) {
        step.config[name] = option.value;
        out_.AddOrigin(ConfigOf(step, name), option.field);
      }
    }
  }

  std::string Name(const std::string& end) const {
    return absl::StrCat(step_.name, "_", end);
  }
  static std::string ConfigOf(const StepSpec& step, const std::string& field) {
    return FieldPath(FieldPath(FieldPath("steps", step.name), "config"), field);
  }

  // The field of a step that comes from a section, if the network has it.
  void Give(StepSpec& step, const std::string& field,
            const std::string& section) {
    if (const json* value = network_.Section(section))
      step.config[field] = *value;
    Imply(step, field, section);
  }
  // The same of a field that follows from another step's.
  void Imply(const StepSpec& step, const std::string& field,
             const std::string& section) {
    out_.AddOrigin(ConfigOf(step, field), network_.SectionField(section));
  }

  // Valid until the next one is added.
  StepSpec& Add(std::string name, const std::string& kind,
                std::vector<std::string> uses) {
    StepSpec& step =
        out_.spec.steps.emplace_back(StepSpec{.name = std::move(name),
                                              .kind = kind,
                                              .uses = std::move(uses),
                                              .ranks = step_.ranks,
                                              .seed = step_.seed});
    for (const char* field : {"seed", "ranks", "nodes"})
      if (network_.config.contains(field))
        step.config[field] = network_.config[field];
    if (step.name != step_.name)
      out_.AddOrigin(FieldPath("steps", step.name), network_.path);
    return step;
  }

  // How the names of a population's steps end.
  std::string EndOf(const std::string& population) {
    std::string end = population;
    for (char& c : end)
      if (!absl::ascii_isalnum(c) && c != '_' && c != '-') c = '_';
    std::string unique = end;
    for (int number = 2; !ends_.insert(unique).second; ++number)
      unique = absl::StrCat(end, "_", number);
    return unique;
  }

  const StepSpec& step_;
  Expansion& out_;
  const Network& network_;
  const std::size_t first_ = out_.spec.steps.size();
  std::set<std::string> ends_;
  std::map<std::string, std::string> forests_;  // step by population
  std::string gap_junctions_;
};

// What networks name as a model directory, "" included, and the last field.
struct Directories {
  std::set<std::string> paths;
  std::string field;
};

struct DirectoryField {
  const char* network;
  const char* files;
  std::string PipelineSpec::*header;
};

constexpr DirectoryField kDirectories[] = {
    {"template_path", "files.templates", &PipelineSpec::templates_path},
    {"mechanisms_path", "files.mechanisms", &PipelineSpec::mechanisms_path},
    {"morphology_path", "files.morphology", &PipelineSpec::morphology_path}};

// A step of a network must not have the name of another step.
absl::Status CheckNames(const PipelineSpec& written, const Expansion& out) {
  std::set<std::string> own;
  for (const StepSpec& step : written.steps)
    if (!IsNetworkKind(step.kind)) own.insert(step.name);
  std::set<std::string> made;
  for (const StepSpec& step : out.spec.steps) {
    const std::string field = FieldPath("steps", step.name);
    const std::string network = out.Written(field);
    if (network == field) continue;
    if (own.contains(step.name) || !made.insert(step.name).second)
      return InvalidInput(
          {.reason = "DUPLICATE_STEP",
           .field = network,
           .what = absl::StrCat("the network makes a step ", step.name,
                                ", and there is another one of this name"),
           .remedy = "Rename the other step, or the network."});
  }
  return absl::OkStatus();
}

}  // namespace

void Expansion::AddOrigin(std::string expanded, std::string written) {
  origins_.emplace_back(std::move(expanded), std::move(written));
}

std::string Expansion::Written(absl::string_view field) const {
  const std::pair<std::string, std::string>* best = nullptr;
  for (const auto& origin : origins_) {
    absl::string_view rest = field;
    if (!absl::ConsumePrefix(&rest, origin.first) ||
        !(rest.empty() || rest[0] == '.' || rest[0] == '['))
      continue;
    if (best == nullptr || origin.first.size() >= best->first.size())
      best = &origin;
  }
  if (best == nullptr) return std::string(field);
  return absl::StrCat(best->second, field.substr(best->first.size()));
}

absl::Status Expansion::AsWritten(const absl::Status& status) const {
  auto fault = FaultOf(status);
  if (!fault) return status;
  const std::string field = Written(fault->field);
  if (field == fault->field) return status;
  fault->field = field;
  return MakeStatus(status.code(), *fault);
}

absl::StatusOr<Expansion> ExpandNetworks(const PipelineSpec& spec) {
  Expansion out;
  out.spec = spec;
  out.spec.steps.clear();
  std::map<std::string, Directories> named;
  std::map<std::string, SimulationDefaults> simulated;
  for (const StepSpec& step : spec.steps) {
    if (!IsNetworkKind(step.kind)) {
      out.spec.steps.push_back(step);
      continue;
    }
    const auto network = ReadNetwork(step, out.warnings);
    if (!network.ok())
      return WithContext(network.status(), {.step = step.name});
    Expander expander(step, *network, out);
    expander.Run();
    MIV_ASSIGN_OR_RETURN(simulated[step.name],
                         SimulationDefaultsOf(step.name, *network));
    simulated[step.name].gap_junctions = expander.gap_junctions();
    for (const DirectoryField& directory : kDirectories) {
      Directories& all = named[directory.files];
      all.paths.insert(network->Directory(directory.network));
      all.field = network->Field(directory.network);
    }
  }
  for (const DirectoryField& directory : kDirectories) {
    const Directories& all = named[directory.files];
    if (all.paths.size() != 1 || !(out.spec.*directory.header).empty())
      continue;
    out.spec.*directory.header = *all.paths.begin();
    out.AddOrigin(directory.files, all.field);
  }
  MIV_RETURN_IF_ERROR(CheckNames(spec, out));
  GiveSimulationDefaults(simulated, out);
  return out;
}

}  // namespace miv::pipeline
