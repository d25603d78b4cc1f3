#pragma once

// One run of `miv`: what every verb shares.

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/table.h"
#include "client/cli/terminal.h"
#include "client/client.h"

namespace miv::client {

class Program {
 public:
  /// What a verb does; its result is the exit code.
  using Action = std::function<absl::StatusOr<int>(Program&)>;

  Program(Io io, std::stop_source stop)
      : io_(std::move(io)), stop_(std::move(stop)) {}

  // Options of every verb.
  std::string server;
  std::string token_file;
  bool json = false;
  Action action;  ///< chosen by the command line

  Io& io() { return io_; }
  std::stop_token stop() const { return stop_.get_token(); }
  EndpointQuery Query() const;

  /// The server that the options, the environment or the configuration name.
  /// From then on Ctrl-C stops calls; a second one ends the program.
  absl::StatusOr<std::unique_ptr<Client>> Connect();

  /// `given`, or the id of the newest job if it is empty.
  absl::StatusOr<std::string> JobOrNewest(Client& client,
                                          const std::string& given);

  void PrintJson(const nlohmann::json& json, bool one_line = false);
  /// On standard error; with --json also {"error": ...} on standard output.
  void PrintError(const absl::Status& status);
  void PrintWarning(const std::string& text);
  /// ` --server X` if it was given, to be repeated in commands that are shown.
  std::string ServerOption() const;

  /// What suits standard output: colours and width of a terminal.
  Table::Style table_style();
  bool out_colour() { return io_.out_is_terminal && io_.looks().colour; }

 private:
  Io io_;
  std::stop_source stop_;
};

/// Parses and runs; returns the exit code.  args: without the program's name.
int RunMiv(const std::vector<std::string>& args, Io io,
           std::stop_source stop = {});

}  // namespace miv::client
