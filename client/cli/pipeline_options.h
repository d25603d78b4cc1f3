#pragma once

// What `submit` and `plan` have in common: a pipeline file, changes to it, and
// the upload of its files.

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/names.h"
#include "client/cli/program.h"
#include "client/cli/transfer_display.h"
#include "client/client.h"
#include "client/submission.h"
#include "common/base/status_macros.h"

namespace miv::client {

struct PipelineOptions {
  std::string file;
  std::vector<std::string> sets;
  std::string cache = "use";
  std::optional<int> ranks;
  std::optional<std::int64_t> seed;
  StepChoice choice = StepChoice::kAll;
  std::vector<std::string> steps;
};

void AddPipelineOptions(CLI::App* verb, PipelineOptions* options);
/// --step.
void AddStepOption(CLI::App* verb, PipelineOptions* options);

/// Reads and checks the pipeline; prints its warnings.
absl::StatusOr<Submission> Load(Program& program,
                                const PipelineOptions& options);

/// Prints what the checks of a pipeline found odd, and where it is written.
void PrintWarnings(Program& program, const config::SourceMap& sources,
                   const std::vector<pipeline::Warning>& warnings);
/// The same of the server's checks of the model.
void PrintWarnings(Program& program, const config::SourceMap& sources,
                   const v1::Plan& plan);

/// Calls `send` with what the options say; shows the upload.
template <typename Send>
auto SendWithProgress(Program& program, const PipelineOptions& options,
                      const Send& send) -> decltype(send(SubmitOptions())) {
  MIV_ASSIGN_OR_RETURN(const auto cache, ParseCachePolicy(options.cache));
  Io& io = program.io();
  TransferDisplay display("upload", io.err, io.err_is_terminal, io.looks);
  SubmitOptions submit;
  submit.cache = cache;
  submit.on_upload = [&](const TransferProgress& p) { display.Take(p); };
  submit.stop = program.stop();
  return send(submit);
}

}  // namespace miv::client
