#include "worker/simulate/simulation_config.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/cells/section_tree.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

/// Refuses what the config may say but this worker does not do.
void RefuseUnavailable(Fields* fields) {
  if (!fields->Raw("hooks").empty()) {
    fields->Fail("hooks", "hooks are not available", "an empty list", "",
                 "Put the code into a cell template, or use clamps, stimulus "
                 "and record.");
  }
  if (fields->Bool("python", false)) {
    fields->Fail("python", "this worker has no Python", "false", "true",
                 "hoc templates written for Python arguments run without it.");
  }
  const nlohmann::json& nseg = fields->Raw("nseg");
  if (!nseg.is_null() && nseg != "template") {
    fields->Fail("nseg", "the number of segments is the template's", "template",
                 nseg.dump(), "Set nseg in the cell template.");
  }
  const auto interval = fields->OptionalNumber("checkpoint_interval");
  if (interval && *interval > 0) {
    fields->Fail("checkpoint_interval", "checkpoints are not available",
                 "null or 0", absl::StrCat(*interval),
                 "Split the run, or leave the field out.");
  }
}

void ParseRun(Fields* fields, SimulationConfig* config) {
  config->t_end_ms = fields->RequiredNumber("t_end");
  config->dt_ms = fields->Number("dt", config->dt_ms);
  config->v_init_mv = fields->Number("v_init", config->v_init_mv);
  config->celsius = fields->OptionalNumber("celsius");
  config->secondorder =
      static_cast<int>(fields->Integer("secondorder", config->secondorder));
  config->isolate_cells = fields->Bool("isolate_cells", true);
  if (!(config->t_end_ms > 0)) {
    fields->Fail("t_end", "the run has no length", "above 0 ms",
                 absl::StrCat(config->t_end_ms));
  }
  if (!(config->dt_ms > 0)) {
    fields->Fail("dt", "the time step is not positive", "above 0 ms",
                 absl::StrCat(config->dt_ms));
  }
  if (config->secondorder < 0 || config->secondorder > 2) {
    fields->Fail("secondorder", "there is no such method", "0, 1 or 2",
                 absl::StrCat(config->secondorder));
  }
}

void ParseVelocity(Fields* fields, SimulationConfig* config) {
  const nlohmann::json& velocity = fields->Raw("connection_velocity");
  const auto check = [fields](const std::string& name,
                              const nlohmann::json& value) {
    if (value.is_number() && value.get<double>() > 0) {
      return value.get<double>();
    }
    fields->Fail(name, "the velocity is not positive", "above 0 um/ms",
                 value.dump());
    return 1.0;
  };
  if (velocity.is_object()) {
    for (const auto& [population, value] : velocity.items()) {
      config->connection_velocity[population] =
          check(absl::StrCat("connection_velocity.", population), value);
    }
  } else if (!velocity.is_null()) {
    config->default_velocity = check("connection_velocity", velocity);
  }
}

void ParseScope(Fields* fields, SimulationConfig* config) {
  const std::string scope = fields->Text("param_scope", "by_name");
  if (scope == "by_mechanism") {
    config->param_scope = ParameterScope::kByMechanism;
  } else if (scope != "by_name") {
    fields->Fail("param_scope", "there is no such scope",
                 "by_name or by_mechanism", scope);
  }
}

void ParseClampCells(Fields* fields, CurrentClamp* clamp) {
  clamp->population = fields->Text("population", "");
  clamp->gids = fields->Gids("gids");
  const std::int64_t gid = fields->Integer("gid", -1);
  if (gid >= 0) clamp->gids.push_back(static_cast<std::uint32_t>(gid));
  const int ways = (gid >= 0 ? 1 : 0) + (fields->Has("gids") ? 1 : 0) +
                   (fields->Has("population") ? 1 : 0);
  if (ways != 1) {
    fields->Fail("gid", "the cells are not named in one way",
                 "one of gid, gids and population");
  }
}

void ParseClampPlace(Fields* fields, CurrentClamp* clamp) {
  const nlohmann::json& section = fields->Raw("section");
  if (section.is_number_integer() && section.get<int>() >= 0) {
    clamp->section_index = section.get<int>();
  } else if (!section.is_null()) {
    clamp->section_class =
        section.is_string() ? section.get<std::string>() : section.dump();
    bool known = false;
    for (const SectionClass& c : kSectionClasses) {
      known = known || clamp->section_class == c.name;
    }
    if (!known) {
      fields->Fail("section", "there is no such class of sections",
                   "soma, axon, basal, apical, trunk, tuft, ais, hillock or an "
                   "index of `sections`",
                   clamp->section_class);
    }
  }
  clamp->x =
      fields->Has("x") ? fields->Number("x", 0.5) : fields->Number("loc", 0.5);
  fields->Ignore({"x", "loc"});
  if (clamp->x < 0 || clamp->x > 1) {
    fields->Fail("x", "the place is outside the section", "0 to 1",
                 absl::StrCat(clamp->x));
  }
}

absl::StatusOr<CurrentClamp> ParseClamp(const nlohmann::json& record,
                                        const std::string& path) {
  Fields fields(record, path);
  CurrentClamp clamp;
  clamp.path = path;
  for (const char* name : {"levels", "durations", "rs"}) {
    if (!fields.Has(name)) continue;
    fields.Fail(name, "voltage clamps are not available", "delay, dur and amp",
                "", "Use a current clamp.");
  }
  ParseClampCells(&fields, &clamp);
  ParseClampPlace(&fields, &clamp);
  clamp.delay_ms = fields.Number("delay", 0);
  clamp.duration_ms = fields.RequiredNumber("dur");
  clamp.amp_na = fields.RequiredNumber("amp");
  fields.Ignore({"levels", "durations", "rs"});
  MIV_RETURN_IF_ERROR(fields.Finish());
  return clamp;
}

void ParseDebug(const nlohmann::json& record, SimulationConfig* config,
                absl::Status* status) {
  Fields fields(record, "debug");
  config->debug.netcons = fields.Bool("netcons", false);
  config->debug.sections = fields.Bool("sections", false);
  *status = fields.Finish();
}

absl::Status ParseParts(const nlohmann::json& json, std::int64_t seed,
                        Fields* fields, SimulationConfig* config) {
  (void)json;
  MIV_ASSIGN_OR_RETURN(config->cell_types,
                       ParseCellTypes(fields->Raw("cell_types")));
  MIV_ASSIGN_OR_RETURN(config->synapses,
                       ParseSynapses(fields->Raw("synapses")));
  MIV_ASSIGN_OR_RETURN(config->synapse_mechanisms,
                       ParseSynapseMechanisms(fields->Raw("synapse_mechanisms"),
                                              fields->Raw("synapse_rules")));
  MIV_ASSIGN_OR_RETURN(config->stimulus,
                       ParseStimulus(fields->Raw("stimulus")));
  MIV_ASSIGN_OR_RETURN(config->lfp, ParseLfp(fields->Raw("lfp"), seed));
  MIV_ASSIGN_OR_RETURN(config->record, ParseRecord(fields->Raw("record")));
  const nlohmann::json& clamps = fields->Raw("clamps");
  for (std::size_t i = 0; i < clamps.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(
        config->clamps.emplace_back(),
        ParseClamp(clamps[i], absl::StrCat("clamps[", i, "]")));
  }
  absl::Status debug;
  ParseDebug(fields->Raw("debug"), config, &debug);
  return debug;
}

}  // namespace

absl::StatusOr<SimulationConfig> ParseSimulationConfig(
    const nlohmann::json& json, std::int64_t seed) {
  SimulationConfig config;
  Fields fields(json, "");
  // Inputs, which the step receives as files, and resources.
  fields.Ignore({"cells", "connections", "templates", "mechanisms", "seed",
                 "ranks", "nodes", "io_size"});
  ParseRun(&fields, &config);
  RefuseUnavailable(&fields);
  ParseVelocity(&fields, &config);
  ParseScope(&fields, &config);
  MIV_RETURN_IF_ERROR(ParseParts(json, seed, &fields, &config));
  MIV_RETURN_IF_ERROR(fields.Finish());
  return config;
}

}  // namespace miv::simulate
