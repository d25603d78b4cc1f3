#include "client/cli/program.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/error_text.h"
#include "client/cli/exit_code.h"
#include "client/cli/json_forms.h"
#include "client/cli/verbs.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

constexpr char kDescription[] =
    "Build and simulate biophysical neural networks on a MiV server.";

constexpr char kFooter[] =
    "Begin with:\n"
    "  miv up                                start a server on this machine\n"
    "  miv init mymodel                      write a small model that runs\n"
    "  miv submit mymodel/pipeline.yaml --wait\n"
    "  miv fetch -o results                  bring its results here\n"
    "  miv plot raster results -o raster.png\n"
    "\n"
    "Exit codes: 0 done, 1 the job failed or was cancelled, 2 bad usage or\n"
    "input, 3 server unreachable, 4 denied.  `miv VERB --help` has examples.";

void AddVerbs(CLI::App& app, Program& program) {
  AddInit(app, program);
  AddUp(app, program);
  AddSubmit(app, program);
  AddPlan(app, program);
  AddBuild(app, program);
  AddSimulate(app, program);
  AddWatch(app, program);
  AddJobs(app, program);
  AddJob(app, program);
  AddDiff(app, program);
  AddCancel(app, program);
  AddLogs(app, program);
  AddFetch(app, program);
  AddPush(app, program);
  AddPull(app, program);
  AddPlot(app, program);
  AddVerify(app, program);
  AddH5(app, program);
  AddLogin(app, program);
  AddKinds(app, program);
  AddCompletion(app, program);
  AddVersion(app, program);
}

/// What is wrong with a command line, in terms of the verb that was meant.
absl::Status BadUsage(const CLI::App& app, const std::vector<std::string>& args,
                      const std::string& what) {
  const CLI::App* verb = &app;
  std::string path = "miv";
  for (const auto& arg : args) {
    const auto choices = verb->get_subcommands(nullptr);
    if (choices.empty()) break;
    if (absl::StartsWith(arg, "-")) continue;
    const auto chosen = std::find_if(
        choices.begin(), choices.end(),
        [&](const auto* choice) { return choice->get_name() == arg; });
    if (chosen == choices.end()) {
      // An option's value looks the same; then a verb was found after all.
      if (!verb->get_subcommands().empty()) continue;
      std::vector<std::string> names;
      for (const auto* choice : choices) names.push_back(choice->get_name());
      return InvalidInput(
          {.reason = "UNKNOWN_VERB",
           .what = absl::StrCat("there is no `", path, " ", arg, "`"),
           .remedy = SuggestName(arg, names)});
    }
    verb = *chosen;
    absl::StrAppend(&path, " ", arg);
  }
  return InvalidInput({.reason = "BAD_USAGE",
                       .what = what,
                       .remedy = absl::StrCat("See ", path, " --help.")});
}

/// CLI11 reports by exceptions, help included; they end here.
absl::Status Parse(CLI::App& app, std::vector<std::string> args, Io& io,
                   bool* over) {
  const std::vector<std::string> given = args;
  std::reverse(args.begin(), args.end());
  try {
    app.parse(args);
  } catch (const CLI::Success& success) {
    app.exit(success, io.out, io.err);
    *over = true;
  } catch (const CLI::Error& error) {
    return BadUsage(app, given, error.what());
  }
  return absl::OkStatus();
}

}  // namespace

CLI::App* AddVerb(CLI::App& app, const std::string& name,
                  const std::string& description, const std::string& examples) {
  CLI::App* verb = app.add_subcommand(name, description);
  verb->fallthrough();
  verb->footer(absl::StrCat("Examples:\n", examples));
  return verb;
}

void AddJsonFlag(CLI::App* verb, Program& program) {
  verb->add_flag("--json", program.json, "Print JSON");
}

EndpointQuery Program::Query() const {
  return {.server = server,
          .token_file = token_file,
          .environment = io_.environment};
}

absl::StatusOr<std::unique_ptr<Client>> Program::Connect() {
  MIV_ASSIGN_OR_RETURN(Endpoint endpoint, FindEndpoint(Query()));
  ConnectionOptions options;
  options.stop = stop();
  return Client::Connect(std::move(endpoint), options);
}

absl::StatusOr<std::string> Program::JobOrNewest(Client& client,
                                                 const std::string& given) {
  if (!given.empty()) return given;
  MIV_ASSIGN_OR_RETURN(const auto jobs, client.ListJobs({.limit = 1}));
  if (!jobs.empty()) return jobs.front().id();
  return MakeStatus(absl::StatusCode::kNotFound,
                    {.reason = "NO_JOBS",
                     .what = "there are no jobs yet",
                     .remedy = "Submit one with: miv submit FILE"});
}

void Program::PrintJson(const nlohmann::json& json, bool one_line) {
  io_.out << Dump(json, one_line) << std::endl;
}

void Program::PrintError(const absl::Status& status) {
  if (json)
    PrintJson({{"error", FaultJson(FaultOrMessage(status))}},
              /*one_line=*/true);
  io_.err << ErrorText(status, io_.err_is_terminal && io_.looks().colour)
          << std::flush;
}

void Program::PrintWarning(const std::string& text) {
  io_.err << (io_.err_is_terminal && io_.looks().colour
                  ? "\x1b[33mwarning\x1b[0m: "
                  : "warning: ")
          << text << std::endl;
}

std::string Program::ServerOption() const {
  return server.empty() ? "" : absl::StrCat(" --server ", server);
}

Table::Style Program::table_style() {
  if (!io_.out_is_terminal) return {};
  const Looks looks = io_.looks();
  return {.bold = looks.colour,
          .width = static_cast<std::size_t>(std::max(looks.width, 20)),
          .utf8 = looks.utf8};
}

int RunMiv(const std::vector<std::string>& args, Io io, std::stop_source stop) {
  Program program(std::move(io), std::move(stop));
  CLI::App app(kDescription, "miv");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.add_option("--server", program.server,
                 "HOST:PORT, unix:PATH or a coordinator's data directory "
                 "(default: MIV_SERVER, ~/.config/miv/config.yaml, miv up)")
      ->type_name("SERVER");
  app.add_option("--token-file", program.token_file,
                 "File with the token (default: the server's own if it can "
                 "be read, MIV_TOKEN, ~/.config/miv/config.yaml)")
      ->type_name("FILE");
  AddVerbs(app, program);
  if (args.empty()) {
    program.io().err << app.help() << std::flush;
    return kExitUsage;
  }
  bool over = false;
  absl::Status status = Parse(app, args, program.io(), &over);
  if (status.ok() && over) return kExitDone;
  absl::StatusOr<int> code = kExitDone;
  if (status.ok()) code = program.action(program);
  if (!code.ok()) status = code.status();
  if (status.ok()) return *code;
  if (absl::IsCancelled(status))
    program.io().err << status.message() << std::endl;
  else
    program.PrintError(status);
  return ExitCodeOf(status);
}

}  // namespace miv::client
