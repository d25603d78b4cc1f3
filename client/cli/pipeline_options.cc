#include "client/cli/pipeline_options.h"

#include "absl/strings/str_cat.h"
#include "client/cli/format.h"
#include "common/base/fault.h"

namespace miv::client {

void AddPipelineOptions(CLI::App* verb, PipelineOptions* options) {
  verb->add_option("FILE", options->file, "Pipeline file (YAML)")->required();
  verb->add_option("--set", options->sets,
                   "Change a field, e.g. steps.run.config.t_end=100 (may be "
                   "repeated)")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  verb->add_option("--cache", options->cache,
                   "use results that exist, refresh them, or bypass the cache")
      ->type_name("use|refresh|bypass");
  verb->add_option("--ranks", options->ranks, "MPI ranks of every step")
      ->type_name("N");
  verb->add_option("--seed", options->seed, "Seed of the pipeline")
      ->type_name("N");
}

void AddStepOption(CLI::App* verb, PipelineOptions* options) {
  verb->add_option("--step", options->steps,
                   "Only this step and what it uses (may be repeated)")
      ->type_name("STEP")
      ->allow_extra_args(false);
}

void PrintWarnings(Program& program, const config::SourceMap& sources,
                   const std::vector<pipeline::Warning>& warnings) {
  for (const auto& warning : warnings) {
    const auto* position = sources.Find(warning.field);
    const std::string where =
        position == nullptr
            ? ""
            : absl::StrCat(position->file, ":", position->line, ": ");
    program.PrintWarning(
        absl::StrCat(where, warning.field, ": ", warning.text));
  }
}

void PrintWarnings(Program& program, const config::SourceMap& sources,
                   const v1::Plan& plan) {
  std::vector<pipeline::Warning> warnings;
  for (const auto& warning : plan.warnings())
    warnings.push_back({warning.step(), Printable(warning.field()),
                        Printable(warning.text())});
  PrintWarnings(program, sources, warnings);
}

absl::StatusOr<Submission> Load(Program& program,
                                const PipelineOptions& options) {
  if (options.ranks.value_or(1) < 1)
    return InvalidInput({.reason = "INVALID_RANKS",
                         .field = "--ranks",
                         .what = "not a number of ranks",
                         .expected = "at least 1",
                         .found = absl::StrCat(*options.ranks)});
  MIV_ASSIGN_OR_RETURN(Submission submission,
                       LoadSubmission(options.file, {.sets = options.sets,
                                                     .ranks = options.ranks,
                                                     .seed = options.seed,
                                                     .choice = options.choice,
                                                     .steps = options.steps}));
  PrintWarnings(program, submission.sources, submission.resolved.warnings);
  return submission;
}

}  // namespace miv::client
