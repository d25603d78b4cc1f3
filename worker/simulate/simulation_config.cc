#include "worker/simulate/simulation_config.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

void ParseCheckpoints(Fields* fields, SimulationConfig* config) {
  config->checkpoint_interval_ms =
      fields->OptionalNumber("checkpoint_interval").value_or(0);
  if (config->checkpoint_interval_ms < 0) {
    fields->Fail("checkpoint_interval", "the interval is negative",
                 "above 0 ms, or null or 0 for none",
                 absl::StrCat(config->checkpoint_interval_ms));
  }
  config->save_checkpoint = fields->Bool("save_checkpoint", false);
  const std::string resume = fields->Text("resume", "exact");
  config->resume_inexact = resume == "allow_inexact";
  if (config->resume_inexact || resume == "exact") return;
  fields->Fail("resume", "there is no such way to resume",
               "exact or allow_inexact", resume);
}

void ParseRun(Fields* fields, SimulationConfig* config) {
  config->t_end_ms = fields->RequiredNumber("t_end");
  config->dt_ms = fields->Number("dt", config->dt_ms);
  config->v_init_mv = fields->Number("v_init", config->v_init_mv);
  config->celsius = fields->OptionalNumber("celsius");
  config->secondorder =
      static_cast<int>(fields->Integer("secondorder", config->secondorder));
  config->isolate_cells = fields->Bool("isolate_cells", true);
  config->python = fields->Bool("python", false);
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

void ParseTies(Fields* fields, SimulationConfig* config) {
  const std::string order = fields->Text("tied_events", "arrival");
  config->ties_by_source = order == "by_source";
  if (config->ties_by_source || order == "arrival") return;
  fields->Fail("tied_events", "there is no such order", "arrival or by_source",
               order);
}

/// "template", or the record of a rule.
void ParseSegments(Fields* fields, SimulationConfig* config) {
  const nlohmann::json& nseg = fields->Raw("nseg");
  if (nseg.is_null() || nseg == "template") return;
  Fields rule(nseg, "nseg");
  SegmentRule segments;
  segments.d_lambda = rule.RequiredNumber("d_lambda");
  segments.frequency_hz = rule.Number("frequency", segments.frequency_hz);
  const absl::Status status = rule.Finish();
  if (!status.ok() || !(segments.d_lambda > 0) ||
      !(segments.frequency_hz > 0)) {
    fields->Fail("nseg", "not a way to choose the number of segments",
                 "template, or {d_lambda: above 0, frequency: above 0 Hz}",
                 nseg.dump());
  }
  config->segments = segments;
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
  MIV_ASSIGN_OR_RETURN(config->hooks, ParseHooks(fields->Raw("hooks")));
  MIV_ASSIGN_OR_RETURN(config->clamps, ParseClamps(fields->Raw("clamps")));
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
  fields.Ignore({"cells", "connections", "gap_junctions", "templates",
                 "mechanisms", "seed", "ranks", "nodes", "io_size",
                 "start_from"});
  ParseRun(&fields, &config);
  ParseCheckpoints(&fields, &config);
  ParseSegments(&fields, &config);
  ParseTies(&fields, &config);
  ParseVelocity(&fields, &config);
  ParseScope(&fields, &config);
  MIV_RETURN_IF_ERROR(ParseParts(json, seed, &fields, &config));
  MIV_RETURN_IF_ERROR(fields.Finish());
  return config;
}

}  // namespace miv::simulate
