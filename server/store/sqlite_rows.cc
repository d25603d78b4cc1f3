#include "server/store/sqlite_rows.h"

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

absl::Status Unreadable(absl::string_view what, absl::string_view text) {
  return absl::DataLossError(
      absl::StrCat("database: unreadable ", what, " \"", text, "\""));
}

template <typename State>
absl::StatusOr<State> StateFromSql(const std::string& text) {
  if (const auto state = StateNamed<State>(text)) return *state;
  return Unreadable("state", text);
}

template <typename Id>
absl::StatusOr<Id> IdFromSql(const std::string& text) {
  const auto id = Id::Parse(text);
  if (!id.ok()) return Unreadable("id", text);
  return *id;
}

}  // namespace

std::int64_t TimeToSql(absl::Time time) {
  return time == absl::InfinitePast() ? 0 : absl::ToUnixMicros(time);
}

absl::Time TimeFromSql(std::int64_t us) {
  return us == 0 ? absl::InfinitePast() : absl::FromUnixMicros(us);
}

std::string OutputsToJson(const std::vector<Output>& outputs) {
  auto json = nlohmann::json::array();
  for (const Output& output : outputs) {
    json.push_back({{"name", output.name},
                    {"digest", output.digest},
                    {"size", output.size}});
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<std::vector<Output>> OutputsFromJson(absl::string_view text) {
  const auto json =
      nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_array()) return Unreadable("outputs", text);
  std::vector<Output> outputs;
  for (const auto& item : json) {
    const bool fits = item.is_object() && item.contains("name") &&
                      item["name"].is_string() && item.contains("digest") &&
                      item["digest"].is_string() && item.contains("size") &&
                      item["size"].is_number_integer();
    if (!fits) return Unreadable("outputs", text);
    outputs.push_back({item["name"], item["digest"], item["size"]});
  }
  return outputs;
}

std::string FaultToSql(const std::optional<Fault>& fault) {
  return fault.has_value() ? FaultToJson(*fault) : "";
}

std::optional<Fault> FaultFromSql(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  return FaultFromJson(text);
}

absl::StatusOr<Job> JobFromRow(const SqlRow& row) {
  Job job;
  MIV_ASSIGN_OR_RETURN(job.id, IdFromSql<JobId>(row.Text(0)));
  job.name = row.Text(1);
  MIV_ASSIGN_OR_RETURN(job.state, StateFromSql<JobState>(row.Text(2)));
  job.policy = static_cast<CachePolicy>(row.Int(3));
  job.created = TimeFromSql(row.Int(4));
  job.started = TimeFromSql(row.Int(5));
  job.ended = TimeFromSql(row.Int(6));
  job.cancel_requested = row.Int(7) != 0;
  job.cancel_reason = row.Text(8);
  job.error = FaultFromSql(row.Text(9));
  return job;
}

absl::StatusOr<Task> TaskFromRow(const SqlRow& row) {
  Task task;
  MIV_ASSIGN_OR_RETURN(task.id.job, IdFromSql<JobId>(row.Text(0)));
  task.id.index = static_cast<int>(row.Int(1));
  task.step = row.Text(2);
  task.kind = row.Text(3);
  MIV_ASSIGN_OR_RETURN(task.state, StateFromSql<TaskState>(row.Text(4)));
  task.ranks = static_cast<int>(row.Int(5));
  task.cache_key = row.Text(6);
  task.attempts = static_cast<int>(row.Int(7));
  MIV_ASSIGN_OR_RETURN(task.outputs, OutputsFromJson(row.Text(8)));
  task.error = FaultFromSql(row.Text(9));
  task.report_json = row.Text(10);
  if (!absl::SimpleAtod(row.Text(11), &task.shown_ms)) {
    return absl::DataLossError("task: shown_ms is no number");
  }
  task.salvages = row.Int(12) != 0;
  task.queued = TimeFromSql(row.Int(13));
  task.started = TimeFromSql(row.Int(14));
  task.ended = TimeFromSql(row.Int(15));
  return task;
}

absl::StatusOr<Attempt> AttemptFromRow(const SqlRow& row) {
  Attempt attempt;
  MIV_ASSIGN_OR_RETURN(attempt.id.task.job, IdFromSql<JobId>(row.Text(0)));
  attempt.id.task.index = static_cast<int>(row.Int(1));
  attempt.id.number = static_cast<int>(row.Int(2));
  MIV_ASSIGN_OR_RETURN(attempt.group, IdFromSql<GroupId>(row.Text(3)));
  MIV_ASSIGN_OR_RETURN(attempt.state, StateFromSql<AttemptState>(row.Text(4)));
  MIV_ASSIGN_OR_RETURN(attempt.outcome,
                       StateFromSql<AttemptOutcome>(row.Text(5)));
  attempt.started = TimeFromSql(row.Int(6));
  attempt.ended = TimeFromSql(row.Int(7));
  attempt.cancel_asked = TimeFromSql(row.Int(8));
  attempt.finished = row.Text(9);
  MIV_ASSIGN_OR_RETURN(attempt.published, OutputsFromJson(row.Text(10)));
  return attempt;
}

absl::StatusOr<Group> GroupFromRow(const SqlRow& row) {
  Group group;
  MIV_ASSIGN_OR_RETURN(group.id, IdFromSql<GroupId>(row.Text(0)));
  MIV_ASSIGN_OR_RETURN(group.state, StateFromSql<GroupState>(row.Text(1)));
  group.group_class = static_cast<GroupClass>(row.Int(2));
  group.model_key = row.Text(3);
  group.ranks = static_cast<int>(row.Int(4));
  group.token_digest = row.Text(5);
  group.acknowledged = row.Int(6);
  group.assignments = static_cast<int>(row.Int(7));
  group.single_use = row.Int(8) != 0;
  group.pid = row.Int(9);
  group.created = TimeFromSql(row.Int(10));
  group.idle_since = TimeFromSql(row.Int(11));
  group.leaving_since = TimeFromSql(row.Int(12));
  group.ended = TimeFromSql(row.Int(13));
  return group;
}

LogEntry LogEntryFromRow(const SqlRow& row) {
  LogEntry entry;
  entry.sequence = row.Int(0);
  entry.time = TimeFromSql(row.Int(1));
  entry.step = row.Text(2);
  entry.attempt = static_cast<int>(row.Int(3));
  entry.detail = row.Int(4) != 0;
  entry.payload = row.Text(5);
  return entry;
}

}  // namespace miv::server
