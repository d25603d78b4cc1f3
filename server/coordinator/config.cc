#include "server/coordinator/config.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/config/yaml.h"
#include "common/pipeline/schema_build.h"

namespace miv::server {
namespace {

namespace p = pipeline;
using nlohmann::json;

constexpr double kMaxInt = 2147483647;

p::Schema Section(const std::string& name, std::vector<p::Field> fields) {
  return p::Record(absl::StrCat("section ", name), std::move(fields));
}

// A section that may be left out: each of its fields has a default.
p::Field Part(const std::string& name, p::Schema schema) {
  json complete = json::object();
  p::ApplySchema(schema, name, complete).IgnoreError();
  return p::Default(name, std::move(schema), std::move(complete));
}

p::Field Int(const std::string& name, std::int64_t value) {
  return p::Default(name, p::IntegerFrom(0, kMaxInt), value);
}

p::Field Bytes(const std::string& name, std::int64_t value) {
  return p::Default(name, p::Count(), value);
}

p::Field Time(const std::string& name, double value) {
  return p::Default(name, p::NonNegative(), value);
}

// A path; null, the default, is the empty one.
p::Field Path(const std::string& name) {
  return p::Default(name, p::Nullable(p::String()), nullptr);
}

std::string PathOf(const json& value) {
  return value.is_null() ? "" : value.get<std::string>();
}

p::Schema Group(const std::string& name, const GroupLimits& defaults) {
  return Section(name, {Time("wall_s", defaults.wall_s),
                        Bytes("memory_bytes", defaults.memory_bytes),
                        Bytes("cpu_s", defaults.cpu_s),
                        Bytes("file_bytes", defaults.file_bytes),
                        Bytes("processes", defaults.processes),
                        Bytes("output_bytes", defaults.output_bytes)});
}

p::Schema ConfigSchema() {
  const CoordinatorConfig d;
  return Section(
      "of the configuration",
      {p::Default("listen", p::String(), d.listen), Int("slots", d.slots),
       p::Default("sandbox",
                  p::Choice("sandbox policy", {"auto", "bwrap", "none"}),
                  "auto"),
       p::Default("log_level",
                  p::Choice("log level", {"debug", "info", "warning", "error"}),
                  d.log_level),
       Part("tls", Section("tls", {Path("certificate"), Path("key")})),
       Part("programs",
            Section("programs", {Path("worker"), Path("shepherd")})),
       Part("scheduler",
            Section("scheduler",
                    {Int("default_ranks", 0), Int("max_ranks", 0),
                     Int("resident_ranks", 0),
                     Time("idle_timeout_s", d.idle_timeout_s),
                     Time("launch_patience_s", d.launch_patience_s),
                     Time("overtaking_limit_s", d.overtaking_limit_s)})),
       Part("limits",
            Section(
                "limits",
                {Part("group", Group("limits.group", d.group)),
                 Time("launch_s", d.launch_limit_s),
                 Part("preflight", Group("limits.preflight", d.preflight)),
                 Int("steps", d.max_steps), Int("live_jobs", d.max_live_jobs),
                 Int("watchers", d.max_watchers), Int("threads", d.max_threads),
                 Int("log_lines_per_attempt", d.log_lines_per_attempt),
                 p::Default("low_water_bytes", p::Nullable(p::Count()),
                            nullptr)})),
       Part(
           "retention",
           Section("retention", {Time("job_details_days", d.job_details_days),
                                 Time("group_output_days", d.group_output_days),
                                 Time("unfinished_upload_hours",
                                      d.unfinished_upload_hours)}))});
}

GroupLimits GroupOf(const json& section) {
  return {.wall_s = section["wall_s"],
          .memory_bytes = section["memory_bytes"],
          .cpu_s = section["cpu_s"],
          .file_bytes = section["file_bytes"],
          .processes = section["processes"],
          .output_bytes = section["output_bytes"]};
}

// From a value that the schema has checked and completed.
absl::StatusOr<CoordinatorConfig> FromJson(const json& value) {
  CoordinatorConfig c;
  c.listen = value["listen"];
  c.slots = value["slots"];
  MIV_ASSIGN_OR_RETURN(c.sandbox,
                       ParseSandbox(value["sandbox"].get<std::string>()));
  c.log_level = value["log_level"];
  c.tls_certificate = PathOf(value["tls"]["certificate"]);
  c.tls_key = PathOf(value["tls"]["key"]);
  c.worker = PathOf(value["programs"]["worker"]);
  c.shepherd = PathOf(value["programs"]["shepherd"]);
  const json& scheduler = value["scheduler"];
  c.default_ranks = scheduler["default_ranks"];
  c.max_ranks = scheduler["max_ranks"];
  c.resident_ranks = scheduler["resident_ranks"];
  c.idle_timeout_s = scheduler["idle_timeout_s"];
  c.launch_patience_s = scheduler["launch_patience_s"];
  c.overtaking_limit_s = scheduler["overtaking_limit_s"];
  const json& limits = value["limits"];
  c.group = GroupOf(limits["group"]);
  c.launch_limit_s = limits["launch_s"];
  c.preflight = GroupOf(limits["preflight"]);
  c.max_steps = limits["steps"];
  c.max_live_jobs = limits["live_jobs"];
  c.max_watchers = limits["watchers"];
  c.max_threads = limits["threads"];
  c.log_lines_per_attempt = limits["log_lines_per_attempt"];
  const json& low_water = limits["low_water_bytes"];
  if (!low_water.is_null()) c.low_water_bytes = low_water;
  const json& retention = value["retention"];
  c.job_details_days = retention["job_details_days"];
  c.group_output_days = retention["group_output_days"];
  c.unfinished_upload_hours = retention["unfinished_upload_hours"];
  return c;
}

absl::StatusOr<CoordinatorConfig> FromDocument(config::Document document) {
  json value = document.value.is_null() ? json::object() : document.value;
  const absl::Status status = p::ApplySchema(ConfigSchema(), "", value);
  if (!status.ok()) return config::WithSource(status, document.sources);
  return FromJson(value);
}

}  // namespace

absl::StatusOr<SandboxPolicy> ParseSandbox(absl::string_view name) {
  if (name == "auto") return SandboxPolicy::kAuto;
  if (name == "bwrap") return SandboxPolicy::kBwrap;
  if (name == "none") return SandboxPolicy::kNone;
  Fault fault;
  fault.reason = "OUT_OF_RANGE";
  fault.field = "sandbox";
  fault.what = "unknown sandbox policy";
  fault.expected = "auto, bwrap or none";
  fault.found = std::string(name);
  return InvalidInput(fault);
}

absl::StatusOr<CoordinatorConfig> LoadConfig(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(config::Document document, config::LoadYamlFile(path));
  return FromDocument(std::move(document));
}

absl::StatusOr<CoordinatorConfig> ParseConfig(absl::string_view text,
                                              const std::string& name) {
  MIV_ASSIGN_OR_RETURN(config::Document document,
                       config::ParseYaml(text, name, "."));
  return FromDocument(std::move(document));
}

CoordinatorConfig Completed(CoordinatorConfig c, int cores) {
  if (c.slots == 0) c.slots = std::max(cores, 1);
  if (c.default_ranks == 0) c.default_ranks = std::min(c.slots, 8);
  if (c.max_ranks == 0) c.max_ranks = std::max(4 * c.slots, 16);
  if (c.resident_ranks == 0) c.resident_ranks = 2 * c.slots;
  return c;
}

std::int64_t LowWaterBytes(const CoordinatorConfig& c, std::int64_t capacity) {
  if (c.low_water_bytes >= 0) return c.low_water_bytes;
  return std::min(std::int64_t{1} << 30, capacity / 20);
}

EngineOptions ToEngineOptions(const CoordinatorConfig& c) {
  EngineOptions options;
  options.scheduler = {.slots = c.slots,
                       .resident_ranks = c.resident_ranks,
                       .idle_timeout = absl::Seconds(c.idle_timeout_s),
                       .launch_patience = absl::Seconds(c.launch_patience_s),
                       .overtaking_limit = absl::Seconds(c.overtaking_limit_s)};
  options.groups.limits = c.group;
  options.groups.sandbox = c.sandbox;
  options.groups.worker_path = c.worker;
  options.submissions = {.default_ranks = c.default_ranks,
                         .max_ranks = c.max_ranks,
                         .max_steps = c.max_steps,
                         .max_live_jobs = c.max_live_jobs};
  options.desk.log_lines_per_attempt = c.log_lines_per_attempt;
  options.supervisor.launch_limit = absl::Seconds(c.launch_limit_s);
  options.retention = {
      .job_details = absl::Hours(24 * c.job_details_days),
      .group_output = absl::Hours(24 * c.group_output_days),
      .unfinished_upload = absl::Hours(c.unfinished_upload_hours)};
  return options;
}

}  // namespace miv::server
