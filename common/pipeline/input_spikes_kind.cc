// The kind that makes spike trains for the inputs of a network.

#include "common/pipeline/kind_tables.h"
#include "common/pipeline/schema_build.h"

namespace miv::pipeline {
namespace {

using nlohmann::json;

Schema Profile() {
  return Record(
      "a rate profile",
      {Required("times", ListOf(NonNegative(), 1)),
       Required("rates", ListOf(NonNegative(), 1)),
       Default("interpolation", Choice("interpolation", {"linear", "step"}),
               "linear")});
}

Schema Modulation() {
  return Record("a phase modulation", {Required("frequency", Positive()),
                                       Required("depth", NumberFrom(0, 1)),
                                       Default("phase", Number(), 0.0)});
}

Schema Entry() {
  return Record(
      "an input",
      {Optional("population", String("population")),
       Optional("gids", ListOf(IntegerFrom(0, 4294967295.0), 1)),
       Optional("rate", NonNegative()), Optional("profile", Profile()),
       Optional("trains", MapOf("gid", ListOf(Number()))),
       Optional("modulation", Modulation()), Optional("start", NonNegative()),
       Optional("stop", Positive()), Optional("refractory", NonNegative())});
}

Schema Trials() {
  return Record("the trials", {Default("n", IntegerFrom(1, 256), 1),
                               Required("duration", Positive())});
}

}  // namespace

KindInfo InputSpikesKind() {
  return {
      .name = "input_spikes",
      .random = true,
      .outputs = {"input_spikes.h5"},
      .inputs = {{.role = "types",
                  .field = "filepath",
                  .from_kinds = {"h5_types"},
                  .output = "neuro.h5"}},
      .config = KindConfig(
          "input_spikes",
          {Optional("filepath", File()), Required("inputs", ListOf(Entry(), 1)),
           Required("trials", Trials()),
           Default("equilibration", NonNegative(), 0.0),
           Default("refractory", NonNegative(), 3.0),
           Default("namespace", String(), "Input Spikes"),
           Default("attribute", String(), "Spike Train")},
          {"io_size", "chunk_size", "value_chunk_size", "write_size"})};
}

}  // namespace miv::pipeline
