#pragma once

// Every verb of the command line.  Each function adds its own to `app`; when
// the command line names it, it sets `program.action`.

#include <CLI/App.hpp>

#include "client/cli/program.h"

namespace miv::client {

void AddBuild(CLI::App& app, Program& program);
void AddCancel(CLI::App& app, Program& program);
void AddCompletion(CLI::App& app, Program& program);
void AddDiff(CLI::App& app, Program& program);
void AddFetch(CLI::App& app, Program& program);
void AddH5(CLI::App& app, Program& program);
void AddInit(CLI::App& app, Program& program);
void AddJob(CLI::App& app, Program& program);
void AddJobs(CLI::App& app, Program& program);
void AddKinds(CLI::App& app, Program& program);
void AddLogin(CLI::App& app, Program& program);
void AddLogs(CLI::App& app, Program& program);
void AddPlan(CLI::App& app, Program& program);
void AddPlot(CLI::App& app, Program& program);
void AddPull(CLI::App& app, Program& program);
void AddPush(CLI::App& app, Program& program);
void AddSimulate(CLI::App& app, Program& program);
void AddSubmit(CLI::App& app, Program& program);
void AddUp(CLI::App& app, Program& program);
void AddVerify(CLI::App& app, Program& program);
void AddVersion(CLI::App& app, Program& program);
void AddWatch(CLI::App& app, Program& program);

/// A verb with examples (one command a line) at the end of its help.
CLI::App* AddVerb(CLI::App& app, const std::string& name,
                  const std::string& description, const std::string& examples);

/// --json.
void AddJsonFlag(CLI::App* verb, Program& program);

/// What `verb` does when it is chosen.  options live as long as the verb.
template <typename Options>
void OnChosen(CLI::App* verb, Program& program,
              std::shared_ptr<Options> options,
              absl::StatusOr<int> (*run)(Program&, const Options&)) {
  verb->callback([&program, options, run] {
    program.action = [options, run](Program& p) { return run(p, *options); };
  });
}

}  // namespace miv::client
