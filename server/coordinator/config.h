#pragma once

// Everything an operator can set, with its default.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/jobs/engine.h"
#include "server/launchers/group.h"
#include "server/rpc/server_host.h"

namespace miv::server {

struct CoordinatorConfig {
  std::string data;  ///< data directory
  std::string listen = "127.0.0.1:7421";
  int slots = 0;  ///< 0 = the cores that this process may use
  SandboxPolicy sandbox = SandboxPolicy::kAuto;
  std::string log_level = "info";
  std::string tls_certificate;
  std::string tls_key;
  std::string worker;    ///< program; "" = miv-worker beside this one
  std::string shepherd;  ///< program; "" = miv-shepherd beside this one

  int default_ranks = 0;   ///< 0 = slots, at most 8
  int max_ranks = 0;       ///< 0 = four times the slots, at least 16
  int resident_ranks = 0;  ///< 0 = twice the slots
  double idle_timeout_s = 30;
  double launch_patience_s = 2;
  double overtaking_limit_s = 60;

  GroupLimits group;
  double launch_limit_s = 120;
  GroupLimits preflight = LocalPreflightOptions().limits;
  int max_steps = 1000;
  int max_live_jobs = 1000;
  int max_watchers = 128;
  int max_threads = 256;
  int log_lines_per_attempt = 20'000;
  /// Negative: 1 GiB, but at most 5 % of the file system.
  std::int64_t low_water_bytes = -1;

  double job_details_days = 30;
  double group_output_days = 7;
  double unfinished_upload_hours = 24;
};

/// A complete configuration file: every key with its default and a comment.
absl::string_view DefaultConfigText();

/// What a file (YAML) sets, over the defaults.
/// Errors: NotFound; InvalidArgument with FILE:LINE for an unknown key or a
///   value of the wrong type or range.
absl::StatusOr<CoordinatorConfig> LoadConfig(const std::string& path);
absl::StatusOr<CoordinatorConfig> ParseConfig(absl::string_view text,
                                              const std::string& name);

/// "auto", "bwrap" or "none".  Errors: InvalidArgument.
absl::StatusOr<SandboxPolicy> ParseSandbox(absl::string_view name);

/// The config with every 0 that stands for a computed value replaced by it.
/// cores: that this process may use.
CoordinatorConfig Completed(CoordinatorConfig config, int cores);

/// Free bytes to keep on a file system of this capacity.
std::int64_t LowWaterBytes(const CoordinatorConfig& config,
                           std::int64_t capacity);

/// Options of the engine; paths that depend on the data directory are left
/// empty.
EngineOptions ToEngineOptions(const CoordinatorConfig& completed);

}  // namespace miv::server
