#include "server/launchers/group.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<ExitOutcome, const char*>, 6> kOutcomes = {{
    {ExitOutcome::kExited, "exited"},
    {ExitOutcome::kSignalled, "signalled"},
    {ExitOutcome::kWallLimit, "wall_limit"},
    {ExitOutcome::kMemoryLimit, "memory_limit"},
    {ExitOutcome::kKilled, "killed"},
    {ExitOutcome::kLaunchFailed, "launch_failed"},
}};

constexpr std::array<std::pair<SandboxPolicy, const char*>, 3> kPolicies = {{
    {SandboxPolicy::kAuto, "auto"},
    {SandboxPolicy::kBwrap, "bwrap"},
    {SandboxPolicy::kNone, "none"},
}};

// Copies json[key] to *out.  nlohmann's conversion errors end here.
template <typename T>
absl::Status Get(const Json& json, const char* key, T* out) {
  const auto field = json.is_object() ? json.find(key) : json.end();
  if (!json.is_object() || field == json.end())
    return absl::InvalidArgumentError(absl::StrCat(key, " is missing"));
  try {
    *out = field->get<T>();
  } catch (const Json::exception&) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, " has the wrong type, found ", field->type_name()));
  }
  return absl::OkStatus();
}

Json LimitsToJson(const GroupLimits& limits) {
  return {
      {"wall_s", limits.wall_s},       {"memory_bytes", limits.memory_bytes},
      {"cpu_s", limits.cpu_s},         {"file_bytes", limits.file_bytes},
      {"processes", limits.processes}, {"output_bytes", limits.output_bytes}};
}

absl::Status LimitsFromJson(const Json& json, GroupLimits* limits) {
  MIV_RETURN_IF_ERROR(Get(json, "wall_s", &limits->wall_s));
  MIV_RETURN_IF_ERROR(Get(json, "memory_bytes", &limits->memory_bytes));
  MIV_RETURN_IF_ERROR(Get(json, "cpu_s", &limits->cpu_s));
  MIV_RETURN_IF_ERROR(Get(json, "file_bytes", &limits->file_bytes));
  MIV_RETURN_IF_ERROR(Get(json, "processes", &limits->processes));
  return Get(json, "output_bytes", &limits->output_bytes);
}

absl::Status PolicyFromName(const std::string& name, SandboxPolicy* policy) {
  for (const auto& [value, text] : kPolicies) {
    if (name != text) continue;
    *policy = value;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("sandbox: expected auto, bwrap or none, found ", name));
}

const char* PolicyName(SandboxPolicy policy) {
  for (const auto& [value, text] : kPolicies)
    if (value == policy) return text;
  return "auto";
}

}  // namespace

nlohmann::json ToJson(const GroupSpec& spec) {
  return {{"id", spec.group.id},
          {"directory", spec.group.directory},
          {"ranks", spec.ranks},
          {"mpirun", spec.mpirun},
          {"command", spec.command},
          {"environment", spec.environment},
          {"read_only", spec.read_only},
          {"socket_directory", spec.socket_directory},
          {"limits", LimitsToJson(spec.limits)},
          {"sandbox", PolicyName(spec.sandbox)},
          {"user_code", spec.user_code}};
}

absl::StatusOr<GroupSpec> GroupSpecFromJson(const nlohmann::json& json) {
  GroupSpec spec;
  Json limits;
  std::string policy;
  MIV_RETURN_IF_ERROR(Get(json, "id", &spec.group.id));
  MIV_RETURN_IF_ERROR(Get(json, "directory", &spec.group.directory));
  MIV_RETURN_IF_ERROR(Get(json, "ranks", &spec.ranks));
  MIV_RETURN_IF_ERROR(Get(json, "mpirun", &spec.mpirun));
  MIV_RETURN_IF_ERROR(Get(json, "command", &spec.command));
  MIV_RETURN_IF_ERROR(Get(json, "environment", &spec.environment));
  MIV_RETURN_IF_ERROR(Get(json, "read_only", &spec.read_only));
  MIV_RETURN_IF_ERROR(Get(json, "socket_directory", &spec.socket_directory));
  MIV_RETURN_IF_ERROR(Get(json, "limits", &limits));
  MIV_RETURN_IF_ERROR(LimitsFromJson(limits, &spec.limits));
  MIV_RETURN_IF_ERROR(Get(json, "sandbox", &policy));
  MIV_RETURN_IF_ERROR(PolicyFromName(policy, &spec.sandbox));
  MIV_RETURN_IF_ERROR(Get(json, "user_code", &spec.user_code));
  return spec;
}

std::string OutcomeName(ExitOutcome outcome) {
  for (const auto& [value, text] : kOutcomes)
    if (value == outcome) return text;
  return "exited";
}

nlohmann::json ToJson(const ExitRecord& record) {
  return {{"outcome", OutcomeName(record.outcome)},
          {"code", record.code},
          {"signal", record.signal},
          {"detail", record.detail},
          {"ended_unix_s", record.ended_unix_s}};
}

absl::StatusOr<ExitRecord> ExitRecordFromJson(const nlohmann::json& json) {
  ExitRecord record;
  std::string name;
  absl::Status status = Get(json, "outcome", &name);
  status.Update(Get(json, "code", &record.code));
  status.Update(Get(json, "signal", &record.signal));
  status.Update(Get(json, "detail", &record.detail));
  status.Update(Get(json, "ended_unix_s", &record.ended_unix_s));
  if (!status.ok()) return absl::DataLossError(status.message());
  for (const auto& [value, text] : kOutcomes) {
    if (name != text) continue;
    record.outcome = value;
    return record;
  }
  return absl::DataLossError(absl::StrCat("outcome: unknown value ", name));
}

}  // namespace miv::server
