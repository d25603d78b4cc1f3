#pragma once

// What --json prints.

#include <nlohmann/json.hpp>
#include <vector>

#include "absl/status/status.h"
#include "client/fetch.h"
#include "common/base/fault.h"
#include "miv/v1/events.pb.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

/// {"id", "name", "state", "tasks": [{"step", "kind", "state", "cached",
///  "attempts", "duration_s", "outputs": {NAME: {"digest", "size"}}}]}
/// and, where there is something to say: "error", "created", "started",
/// "ended"; per task "error", "ranks", "group", "group_pid", "report",
/// "progress", "cache_key".
nlohmann::json JobJson(const v1::Job& job);

/// [{"id", "name", "state", "created", ...}], newest first.
nlohmann::json JobsJson(const std::vector<v1::Job>& jobs);

/// {"steps": [{"step", "kind", "cached", "reason", "ranks", "estimated_s",
///  "estimated_memory_bytes", "estimated_bytes", "estimate_basis"}]}; an
///  unknown estimate is null.
nlohmann::json PlanJson(const v1::Plan& plan);

/// {"sequence", "time", "step", "attempt", "type", ...}: type is job_state,
/// task_state, progress, log, artifact, warning or end, with the fields of that
/// message beside it.
nlohmann::json EventJson(const v1::Event& event);

/// {"job", "directory", "files": [{"step", "name", "path", "digest", "size",
///  "already_there"}]}.
nlohmann::json FetchJson(const std::string& job, const std::string& directory,
                         const std::vector<FetchedFile>& files);

/// The parts of a fault that are set: {"reason", "message", "step", "field",
/// "file", "line", "expected", "found", "remedy", ...}.
nlohmann::json FaultJson(const Fault& fault);

/// The document as one text; bytes that are not UTF-8 are replaced.
std::string Dump(const nlohmann::json& json, bool one_line);

}  // namespace miv::client
