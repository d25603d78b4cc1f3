// miv verify: checks a network's files against the config that they are of.

#include "common/verify/verify.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/exit_code.h"
#include "client/cli/format.h"
#include "client/cli/pipeline_options.h"
#include "client/cli/table.h"
#include "client/cli/verbs.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/pipeline/network_expectations.h"
#include "common/pipeline/pipeline.h"
#include "common/pipeline/resolve.h"

namespace miv::client {
namespace {

using verify::Check;
using verify::Verdict;

struct VerifyOptions {
  std::string cells, connections, config, step;
  std::vector<std::string> sets;
};

// The graph of the pipeline that the files are of.
absl::StatusOr<const pipeline::ResolvedStep*> GraphOf(
    const pipeline::ResolvedPipeline& resolved, const std::string& name) {
  std::vector<std::string> names;
  const pipeline::ResolvedStep* graph = nullptr;
  for (const auto& step : resolved.steps) {
    if (step.kind != "neuroh5_graph") continue;
    names.push_back(step.name);
    if (name.empty() || step.name == name) graph = &step;
  }
  if (graph != nullptr && (names.size() == 1 || !name.empty())) return graph;
  return InvalidInput(
      {.reason = names.empty() ? "NO_GRAPH" : "AMBIGUOUS_GRAPH",
       .field = name.empty() ? "--config" : "--step",
       .what = "the pipeline does not tell which network the files are of",
       .expected = names.empty() ? "a step of kind neuroh5_graph"
                                 : "one of " + absl::StrJoin(names, ", "),
       .found = name.empty() ? absl::StrCat(names.size(), " graphs") : name,
       .remedy = names.size() > 1 ? "Name the step with --step." : ""});
}

absl::StatusOr<nlohmann::json> Expectations(Program& program,
                                            const VerifyOptions& options) {
  if (options.config.empty()) return nlohmann::json::object();
  MIV_ASSIGN_OR_RETURN(const auto loaded, pipeline::LoadPipelineFile(
                                              options.config, options.sets));
  const auto resolved = pipeline::Resolve(loaded.spec);
  if (!resolved.ok())
    return config::WithSource(resolved.status(), loaded.sources);
  PrintWarnings(program, loaded.sources, resolved->warnings);
  MIV_ASSIGN_OR_RETURN(const auto* graph, GraphOf(*resolved, options.step));
  return pipeline::NetworkExpectations(*resolved, *graph);
}

std::string DeviationText(const Check& check) {
  if (check.z) return absl::StrFormat("z = %.2f", *check.z);
  if (check.p) return absl::StrFormat("p = %.2g", *check.p);
  if (check.difference) return absl::StrFormat("%.3g", *check.difference);
  return "";
}

void PrintTable(Program& program, const verify::Report& report) {
  Table table({"VERDICT", "CHECK", "OF", "EXPECTED", "OBSERVED", ">DEVIATION"});
  for (const Check& check : report.checks) {
    const bool skipped = check.verdict == Verdict::kSkipped;
    table.Add({verify::NameOf(check.verdict), check.name,
               Printable(check.subject),
               skipped ? absl::StrCat("(", Printable(check.reason), ")")
                       : Printable(check.expected),
               Printable(check.observed), DeviationText(check)});
  }
  auto& out = program.io().out;
  out << table.Text(program.table_style()) << "\n";
  if (!report.passed()) out << Printable(FailuresText(report)) << "\n";
  out << Plural(static_cast<std::int64_t>(report.Count(Verdict::kPass)),
                "check")
      << " passed, " << report.Count(Verdict::kFail) << " failed, "
      << report.Count(Verdict::kSkipped) << " skipped";
  if (report.tests > 0)
    out << absl::StrFormat(
        "; %d statistical checks share a false alarm rate of %g", report.tests,
        report.alpha);
  out << std::endl;
}

absl::StatusOr<int> RunVerify(Program& program, const VerifyOptions& options) {
  MIV_ASSIGN_OR_RETURN(const auto expectations, Expectations(program, options));
  const auto go_on = [&program](absl::string_view, double, double) {
    return program.stop().stop_requested()
               ? absl::CancelledError("stopped by the user")
               : absl::OkStatus();
  };
  MIV_ASSIGN_OR_RETURN(
      const verify::Report report,
      verify::Verify(options.cells, options.connections, expectations, go_on));
  if (program.json)
    program.PrintJson(verify::ToJson(report));
  else
    PrintTable(program, report);
  return report.passed() ? kExitDone : kExitFailed;
}

}  // namespace

void AddVerify(CLI::App& app, Program& program) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* verb = AddVerb(
      app, "verify",
      "Check a network's files, also against the pipeline that describes it",
      "  miv verify cells.h5 connections.h5\n"
      "  miv verify cells.h5 connections.h5 --config pipeline.yaml\n"
      "  miv verify cells.h5 connections.h5 --json | "
      "jq '.checks[] | select(.verdict == \"fail\")'");
  verb->add_option("CELLS", options->cells, "cells.h5 of a graph")->required();
  verb->add_option("CONNECTIONS", options->connections,
                   "connections.h5 of a graph")
      ->required();
  CLI::Option* config =
      verb->add_option("--config", options->config,
                       "Pipeline file (YAML) that describes the network")
          ->type_name("FILE");
  verb->add_option("--step", options->step,
                   "Graph of the pipeline, if it has several")
      ->type_name("STEP")
      ->needs(config);
  verb->add_option("--set", options->sets,
                   "Change a field of the pipeline (may be repeated)")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false)
      ->needs(config);
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &RunVerify);
}

}  // namespace miv::client
