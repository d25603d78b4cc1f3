// miv completion: scripts that teach shells the verbs and options.

#include <memory>

#include "client/cli/bash_completion.h"
#include "client/cli/exit_code.h"
#include "client/cli/verbs.h"

namespace miv::client {

void AddCompletion(CLI::App& app, Program& program) {
  CLI::App* verb =
      AddVerb(app, "completion", "Print a script for the completion of a shell",
              "  source <(miv completion bash)\n"
              "  miv completion bash > "
              "~/.local/share/bash-completion/completions/miv");
  verb->require_subcommand(1);
  CLI::App* bash =
      AddVerb(*verb, "bash", "For bash", "  source <(miv completion bash)");
  bash->callback([&app, &program] {
    program.action = [&app](Program& p) -> absl::StatusOr<int> {
      p.io().out << BashCompletion(app) << std::flush;
      return kExitDone;
    };
  });
}

}  // namespace miv::client
