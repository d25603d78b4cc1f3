// The kind that runs a network.

#include "common/pipeline/kind_tables.h"
#include "common/pipeline/model_schema.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

Field WithAliases(Field field, std::vector<std::string> aliases) {
  field.aliases = std::move(aliases);
  return field;
}

Schema Gids() { return ListOf(IntegerFrom(0, 4294967295.0), 1); }

// Where on a cell: a class of sections, these other names, or an index into
// `sections`.
Schema Section(std::vector<std::string> others) {
  others.insert(others.begin(), SectionClasses().begin(),
                SectionClasses().end());
  return OneOf({Choice("section class", std::move(others)), Count()});
}

Schema Stimulus() {
  const Schema train = ListOf(Number());
  return Record(
      "a stimulus",
      {Optional("population", String("population")), Optional("gids", Gids()),
       Optional("times",
                OneOf({ListOf(OneOf({Number(), train})), MapOf("gid", train)})),
       Optional("rate", NonNegative()), Optional("start", NonNegative()),
       Optional("stop", Positive()), Optional("file", File()),
       Optional("namespace", String()), Optional("attribute", String())});
}

Schema Clamp() {
  return Record(
      "a clamp",
      {Optional("population", String("population")), Optional("gids", Gids()),
       Optional("gid", IntegerFrom(0, 4294967295.0)),
       Default("section", Section({}), "soma"),
       WithAliases(Default("loc", NumberFrom(0, 1), 0.5), {"x"}),
       Optional("delay", NonNegative()), Optional("dur", NonNegative()),
       Optional("amp", Number()), Optional("levels", ListOf(Number(), 1)),
       Optional("durations", ListOf(Positive(), 1)),
       Optional("rs", Positive())});
}

Schema Electrode() {
  return Record(
      "an lfp entry",
      {Optional("label", String("label")),
       Required("pos", ListOfExactly(3, Number())),
       Default("rho", Positive(), 333.0), Default("dt_lfp", Positive(), 0.1),
       Default("mode", Choice("mode", {"exact", "legacy"}), "exact"),
       Default("place_cells", Choice("placement", {"soma", "trees"}), "soma"),
       Optional("maxEDist", NonNegative()), Optional("fdst", NumberFrom(0, 1)),
       Optional("populations", ListOf(String("population"), 1)),
       Optional("seed", Integer())});
}

Schema Hook() {
  return Record(
      "a hook",
      {Required("file", File()),
       Optional("at", Choice("point of the run",
                             {"after_cells", "before_run", "after_run"})),
       Optional("files", ListOf(File(), 1))});
}

// Segments shorter than this fraction of the length constant.
Schema SegmentRule() {
  return Record("a rule for segments",
                {Required("d_lambda", Positive()),
                 Default("frequency", Positive(), 100.0)});
}

Schema Recording() {
  return Record(
      "a record entry",
      {Optional("label", String("label")), Default("variable", String(), "v"),
       Optional("gids", Gids()), Optional("population", String("population")),
       Optional("fraction", NumberFrom(0, 1)),
       Optional("limit", IntegerFrom(-1, 4294967295.0)),
       Default("section", Section({"all"}), "soma"),
       Default("loc", OneOf({NumberFrom(0, 1), Choice("place", {"all"})}), 0.5),
       Optional("dt", Positive())});
}

std::vector<InputRole> SimulationInputs() {
  return {{.role = "cells",
           .field = "cells",
           .from_kinds = {"neuroh5_graph"},
           .output = "cells.h5"},
          {.role = "connections",
           .field = "connections",
           .from_kinds = {"neuroh5_graph"},
           .output = "connections.h5"},
          {.role = "gap_junctions",
           .field = "gap_junctions",
           .from_kinds = {"gap_junctions"},
           .output = "gap_junctions.h5",
           .required = false},
          {.role = "templates", .field = "templates", .directory = true},
          {.role = "mechanisms",
           .field = "mechanisms",
           .required = false,
           .directory = true},
          {.role = "start_from",
           .field = "start_from",
           .from_kinds = {"simulation"},
           .output = "checkpoint.miv",
           .required = false,
           .named_only = true,
           .remedy = "Set save_checkpoint: true in that step."}};
}

std::vector<Field> ModelFields() {
  return {
      Optional("cells", File()),
      Optional("connections", File()),
      Optional("gap_junctions", File()),
      Optional("templates", Directory()),
      Optional("mechanisms", Directory()),
      Default("cell_types", CellTypes(Completeness::kPart), json::object()),
      Default("synapses", Synapses(Completeness::kPart), json::object()),
      Default("connection_velocity",
              OneOf({MapOf("population", Positive()), Positive()}),
              json::object()),
      Default("synapse_mechanisms", MapOf("synapse name", String()),
              json::object()),
      Default(
          "synapse_rules",
          MapOf("mechanism", Record("a synapse rule",
                                    {Required("mech_params", ListOf(String())),
                                     Required("netcon_params",
                                              MapOf("parameter", Count()))})),
          json::object()),
      Default("param_scope",
              Choice("parameter scope", {"by_name", "by_mechanism"}),
              "by_name"),
      Default("tied_events",
              Choice("order of simultaneous events", {"arrival", "by_source"}),
              "arrival"),
      Default("isolate_cells", Boolean(), true),
      Default("nseg", OneOf({String(), SegmentRule()}), "template")};
}

std::vector<Field> RunFields() {
  return {Required("t_end", Positive()),
          Default("dt", Positive(), 0.025),
          Default("v_init", Number(), -65.0),
          Default("celsius", Nullable(Number()), nullptr),
          Default("secondorder", IntegerFrom(0, 2), 2),
          Default("stimulus", ListOf(Stimulus()), json::array()),
          Default("clamps", ListOf(Clamp()), json::array()),
          Default("lfp", ListOf(Electrode()), json::array()),
          Default("record", ListOf(Recording()), json::array()),
          Default("hooks", ListOf(Hook()), json::array()),
          Default("python", Boolean(), false),
          Optional("debug",
                   Record("debug", {Default("netcons", Boolean(), false),
                                    Default("sections", Boolean(), false)})),
          Optional("start_from", File()),
          Optional("save_checkpoint", Boolean()),
          Resource("checkpoint_interval", Nullable(NonNegative()))};
}

}  // namespace

KindInfo SimulationKind() {
  std::vector<Field> fields = ModelFields();
  for (Field& field : RunFields()) fields.push_back(std::move(field));
  return {.name = "simulation",
          .group = KindGroup::kModel,
          .random = true,
          .outputs = {"results.h5"},
          .inputs = SimulationInputs(),
          .config = KindConfig("simulation", std::move(fields))};
}

}  // namespace miv::pipeline
