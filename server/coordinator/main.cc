// miv-coordinator: the server.

#include <pthread.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/base/subprocess.h"
#include "server/coordinator/coordinator.h"
#include "spdlog/sinks/rotating_file_sink.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace miv::server {
namespace {

constexpr std::size_t kLogFileBytes = 10 << 20;
constexpr std::size_t kLogFiles = 3;

struct Arguments {
  std::string data = "miv-data";
  std::string listen;
  std::string config;
  int slots = -1;
  std::string sandbox;
  std::string log_level;
  bool print_config = false;
};

void Declare(CLI::App& app, Arguments& arguments) {
  app.add_option("--data", arguments.data, "Data directory (on a local disk)")
      ->capture_default_str();
  app.add_option("--listen", arguments.listen,
                 "HOST:PORT to serve on; port 0 picks a free one, which "
                 "server.json in the data directory names");
  app.add_option("--config", arguments.config, "Configuration file (YAML)");
  app.add_option("--slots", arguments.slots, "Cores to use; 0 = all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--sandbox", arguments.sandbox,
                 "How user models are kept apart")
      ->check(CLI::IsMember({"auto", "bwrap", "none"}));
  app.add_option("--log-level", arguments.log_level, "What to log")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  app.add_flag("--print-config", arguments.print_config,
               "Print a configuration file with every default and exit");
  app.set_version_flag("--version", CoordinatorVersion());
}

// The file's settings, with the command line's over them.
absl::StatusOr<CoordinatorConfig> ConfigOf(const Arguments& arguments) {
  CoordinatorConfig config;
  if (!arguments.config.empty()) {
    MIV_ASSIGN_OR_RETURN(config, LoadConfig(arguments.config));
  }
  config.data = arguments.data;
  if (!arguments.listen.empty()) config.listen = arguments.listen;
  if (arguments.slots >= 0) config.slots = arguments.slots;
  if (!arguments.sandbox.empty()) {
    MIV_ASSIGN_OR_RETURN(config.sandbox, ParseSandbox(arguments.sandbox));
  }
  if (!arguments.log_level.empty()) config.log_level = arguments.log_level;
  const std::string beside = ExecutableDirectory();
  if (config.worker.empty()) config.worker = JoinPath(beside, "miv-worker");
  if (config.shepherd.empty()) {
    config.shepherd = JoinPath(beside, "miv-shepherd");
  }
  return Completed(std::move(config),
                   static_cast<int>(std::thread::hardware_concurrency()));
}

// To stderr, and to a file in the data directory once that is ours.
void LogTo(const std::string& file, const std::string& level) {
  std::vector<spdlog::sink_ptr> sinks = {
      std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  if (!file.empty()) {
    sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        file, kLogFileBytes, kLogFiles));
  }
  auto logger =
      std::make_shared<spdlog::logger>("miv", sinks.begin(), sinks.end());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e level=%l %v");
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

int Fail(const absl::Status& status) {
  std::cerr << "miv-coordinator: " << status.message() << "\n";
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

int Run(const Arguments& arguments) {
  if (arguments.print_config) {
    std::cout << DefaultConfigText();
    return 0;
  }
  const auto config = ConfigOf(arguments);
  if (!config.ok()) return Fail(config.status());
  // Every thread inherits the mask, so that only the wait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  LogTo("", config->log_level);
  auto coordinator = Coordinator::Start(*config);
  if (!coordinator.ok()) return Fail(coordinator.status());
  LogTo((*coordinator)->log_file(), config->log_level);
  spdlog::info("address={} data=\"{}\" slots={} version={}",
               (*coordinator)->address(), config->data, config->slots,
               CoordinatorVersion());
  int received = 0;
  sigwait(&signals, &received);
  spdlog::info("signal={} stopping=true", received);
  (*coordinator)->Stop();
  return 0;
}

}  // namespace
}  // namespace miv::server

int main(int argc, char** argv) {
  CLI::App app("MiV coordinator: builds and simulates networks on request.");
  miv::server::Arguments arguments;
  miv::server::Declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return miv::server::Run(arguments);
}
