#include "client/cli/json_forms.h"

#include <google/protobuf/util/time_util.h>

#include <utility>

#include "client/cli/names.h"
#include "client/cli/sample_json.h"
#include "common/rpc/status.h"

namespace miv::client {
namespace {

using nlohmann::json;

void AddTime(const char* name, bool set,
             const google::protobuf::Timestamp& time, json* into) {
  if (set) (*into)[name] = google::protobuf::util::TimeUtil::ToString(time);
}

void AddText(const char* name, const std::string& text, json* into) {
  if (!text.empty()) (*into)[name] = text;
}

json ProgressJson(const v1::Progress& progress) {
  return {
      {"phase", progress.phase()},
      {"done", progress.done()},
      {"total", progress.total()},
      {"unit", progress.unit()},
      {"rate", progress.rate()},
      {"eta_s", progress.eta_s() < 0 ? json(nullptr) : json(progress.eta_s())}};
}

json TaskJson(const v1::Task& task) {
  json outputs = json::object();
  for (const auto& output : task.outputs())
    outputs[output.name()] = {{"digest", output.digest()},
                              {"size", output.size()}};
  json form = {
      {"step", task.step()},           {"kind", task.kind()},
      {"state", NameOf(task.state())}, {"cached", task.cached()},
      {"attempts", task.attempts()},   {"duration_s", task.duration_s()},
      {"outputs", std::move(outputs)}};
  if (task.has_error()) form["error"] = FaultJson(FaultFromProto(task.error()));
  if (task.ranks() > 0) form["ranks"] = task.ranks();
  AddText("group", task.group(), &form);
  if (task.group_pid() > 0) form["group_pid"] = task.group_pid();
  auto report = json::parse(task.report_json(), nullptr, false);
  if (!report.is_discarded()) form["report"] = std::move(report);
  if (task.has_progress()) form["progress"] = ProgressJson(task.progress());
  AddText("cache_key", task.cache_key(), &form);
  if (task.partial()) form["partial"] = true;
  return form;
}

/// Without tasks.
json JobHead(const v1::Job& job) {
  json form = {
      {"id", job.id()}, {"name", job.name()}, {"state", NameOf(job.state())}};
  AddTime("created", job.has_created(), job.created(), &form);
  AddTime("started", job.has_started(), job.started(), &form);
  AddTime("ended", job.has_ended(), job.ended(), &form);
  if (job.has_error()) form["error"] = FaultJson(FaultFromProto(job.error()));
  return form;
}

/// What is particular to the type of the event.
json PayloadJson(const v1::Event& event) {
  switch (event.payload_case()) {
    case v1::Event::kJobState: {
      json form = {{"type", "job_state"},
                   {"from", NameOf(event.job_state().from())},
                   {"to", NameOf(event.job_state().to())}};
      if (event.job_state().has_error())
        form["error"] = FaultJson(FaultFromProto(event.job_state().error()));
      return form;
    }
    case v1::Event::kTaskState: {
      json form = {{"type", "task_state"},
                   {"from", NameOf(event.task_state().from())},
                   {"to", NameOf(event.task_state().to())},
                   {"reason", event.task_state().reason()}};
      if (event.task_state().has_error())
        form["error"] = FaultJson(FaultFromProto(event.task_state().error()));
      return form;
    }
    case v1::Event::kProgress: {
      json form = ProgressJson(event.progress());
      form["type"] = "progress";
      return form;
    }
    case v1::Event::kLog:
      return {{"type", "log"},
              {"level", NameOf(event.log().level())},
              {"rank", event.log().rank()},
              {"text", event.log().text()}};
    case v1::Event::kArtifact:
      return {{"type", "artifact"},
              {"name", event.artifact().name()},
              {"digest", event.artifact().digest()},
              {"size", event.artifact().size()}};
    case v1::Event::kWarning:
      return {{"type", "warning"}, {"text", event.warning().text()}};
    case v1::Event::kSpikes:
      return SpikesJson(event.spikes());
    case v1::Event::kLfp:
      return LfpJson(event.lfp());
    case v1::Event::kRecorded:
      return RecordedJson(event.recorded());
    case v1::Event::kEnd:
      return {{"type", "end"}, {"state", NameOf(event.end().state())}};
    default:
      return {{"type", "unknown"}};
  }
}

/// An estimate; null if there is none.
json Known(std::int64_t amount) {
  return amount > 0 ? json(amount) : json(nullptr);
}

}  // namespace

json JobJson(const v1::Job& job) {
  json form = JobHead(job);
  form["tasks"] = json::array();
  for (const auto& task : job.tasks()) form["tasks"].push_back(TaskJson(task));
  return form;
}

json JobsJson(const std::vector<v1::Job>& jobs) {
  json form = json::array();
  for (const auto& job : jobs) form.push_back(JobHead(job));
  return form;
}

json PlanJson(const v1::Plan& plan) {
  json steps = json::array();
  for (const auto& step : plan.steps())
    steps.push_back(
        {{"step", step.step()},
         {"kind", step.kind()},
         {"cached", step.cached()},
         {"reason", step.reason()},
         {"ranks", step.ranks()},
         {"estimated_s",
          step.estimated_s() > 0 ? json(step.estimated_s()) : json(nullptr)},
         {"estimated_memory_bytes", Known(step.estimated_memory_bytes())},
         {"estimated_bytes", Known(step.estimated_bytes())},
         {"estimate_basis", step.estimate_basis()}});
  json warnings = json::array();
  for (const auto& warning : plan.warnings())
    warnings.push_back({{"step", warning.step()},
                        {"field", warning.field()},
                        {"text", warning.text()}});
  return {{"steps", std::move(steps)}, {"warnings", std::move(warnings)}};
}

json EventJson(const v1::Event& event) {
  json form = PayloadJson(event);
  form["sequence"] = event.sequence();
  AddTime("time", event.has_time(), event.time(), &form);
  AddText("step", event.step(), &form);
  if (event.attempt() > 0) form["attempt"] = event.attempt();
  return form;
}

json FetchJson(const std::string& job, const std::string& directory,
               const std::vector<FetchedFile>& files) {
  json list = json::array();
  for (const auto& file : files)
    list.push_back({{"step", file.step},
                    {"name", file.name},
                    {"path", file.path},
                    {"digest", file.digest},
                    {"size", file.size},
                    {"already_there", file.already_there}});
  return {{"job", job}, {"directory", directory}, {"files", std::move(list)}};
}

json FaultJson(const Fault& fault) {
  json form = {{"reason", fault.reason}, {"message", fault.what}};
  AddText("step", fault.step, &form);
  AddText("field", fault.field, &form);
  AddText("file", fault.file, &form);
  if (fault.line > 0) form["line"] = fault.line;
  AddText("expected", fault.expected, &form);
  AddText("found", fault.found, &form);
  AddText("remedy", fault.remedy, &form);
  if (fault.rank >= 0) form["rank"] = fault.rank;
  if (fault.gid >= 0) form["gid"] = fault.gid;
  if (fault.simulated_ms >= 0) form["simulated_ms"] = fault.simulated_ms;
  AddText("phase", fault.phase, &form);
  AddText("output", fault.output, &form);
  return form;
}

std::string Dump(const json& json, bool one_line) {
  return json.dump(one_line ? -1 : 2, ' ', false,
                   nlohmann::json::error_handler_t::replace);
}

}  // namespace miv::client
