#include "server/jobs/forecast.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/pipeline/cache_key.h"
#include "server/estimates/calibration.h"

namespace miv::server {
namespace {

using nlohmann::json;
using pipeline::ResolvedStep;

// Top-level members that differ between two objects, sorted.
std::vector<std::string> Differences(const json& before, const json& now) {
  std::vector<std::string> names;
  const auto collect = [&](const json& a, const json& b) {
    if (!a.is_object()) return;
    for (const auto& [name, value] : a.items()) {
      const bool same = b.is_object() && b.contains(name) && b[name] == value;
      if (!same) names.push_back(name);
    }
  };
  collect(before, now);
  collect(now, before);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Why the step is another computation than the one of `manifest`.
std::string Change(const json& manifest, const ResolvedStep& step,
                   const Digests& digests) {
  const auto was = [&](const char* part) {
    return manifest.contains(part) ? manifest[part] : json();
  };
  if (was("kind") != json(step.kind)) return "kind changed";
  const auto config = Differences(was("config"), pipeline::KeyConfig(step));
  if (!config.empty()) {
    return absl::StrCat("config changed: ", absl::StrJoin(config, ", "));
  }
  const auto inputs = Differences(was("inputs"), json(digests));
  if (!inputs.empty()) {
    return absl::StrCat("input changed: ", absl::StrJoin(inputs, ", "));
  }
  if (was("seed") != json(step.seed)) return "seed changed";
  if (was("algorithm_version") != json(step.info().algorithm_version)) {
    return "the component has a new version";
  }
  return "changed";
}

// Estimates of the steps of a plan, in the order in which they run.
class Estimator {
 public:
  Estimator(ReadTransaction& store, const JobPlan& plan,
            const CellShapes& shapes)
      : store_(store), plan_(plan), outlook_(plan, shapes) {}

  void NoteCached(int index, const json& report, std::int64_t bytes) {
    outlook_.Set(index, OutlookOfReport(report, bytes));
  }

  // last: of the step in an earlier job.
  absl::Status Estimate(int index, const std::optional<StepOutlook>& last,
                        StepForecast& forecast) {
    const StepOutlook& outlook = outlook_.Foretell(index, last);
    forecast.estimated_bytes = outlook.output_bytes;
    if (outlook.output_bytes == 0 && last.has_value()) {
      forecast.estimated_bytes = last->output_bytes;
    }
    MIV_ASSIGN_OR_RETURN(const std::vector<PastRun> past,
                         PastRuns(plan_.step(index)));
    const auto estimate =
        EstimateCost(forecast.kind, outlook.amounts, forecast.ranks, past);
    forecast.estimated_s = estimate.cost.seconds;
    forecast.estimated_memory_bytes =
        static_cast<std::int64_t>(estimate.cost.memory_bytes);
    forecast.estimate_basis = estimate.basis;
    return absl::OkStatus();
  }

 private:
  // Runs of the step's kind, the last one first.
  absl::StatusOr<std::vector<PastRun>> PastRuns(const ResolvedStep& step) {
    constexpr int kMostRuns = 50;
    if (!recent_.contains(step.kind)) {
      MIV_ASSIGN_OR_RETURN(recent_[step.kind],
                           store_.RecentTasks(step.kind, kMostRuns));
    }
    std::vector<PastRun> past;
    for (const NamedTask& one : recent_[step.kind]) {
      auto run = PastRunOf(json::parse(one.task.report_json, nullptr, false));
      if (!run.has_value()) continue;
      run->same_step =
          one.job_name == plan_.pipeline.name && one.task.step == step.name;
      past.push_back(*std::move(run));
    }
    return past;
  }

  ReadTransaction& store_;
  const JobPlan& plan_;
  OutlookForecast outlook_;
  std::map<std::string, std::vector<NamedTask>> recent_;  // by kind
};

class Forecaster {
 public:
  Forecaster(ReadTransaction& store, ResultCache& results, const JobPlan& plan,
             CachePolicy policy, const CellShapes& shapes)
      : store_(store),
        results_(results),
        plan_(plan),
        policy_(policy),
        tasks_(plan.pipeline.steps.size()),
        estimator_(store, plan, shapes) {}

  absl::Status Visit(int index, StepForecast& forecast) {
    const ResolvedStep& step = plan_.step(index);
    MIV_ASSIGN_OR_RETURN(const auto digests,
                         InputDigests(plan_, index, tasks_));
    std::string key;
    Digests key_inputs;
    if (digests.has_value()) {
      key = results_.KeyOf(plan_, index, *digests);
      key_inputs = results_.KeyInputs(plan_, index, *digests);
    }
    if (policy_ == CachePolicy::kUse && !key.empty()) {
      MIV_ASSIGN_OR_RETURN(const auto entry, results_.Find(store_, key));
      if (entry.has_value()) {
        forecast.cached = true;
        forecast.reason = "cached";
        forecast.estimated_bytes = SizeOf(*entry);
        estimator_.NoteCached(index, ReportIn(*entry), SizeOf(*entry));
        forecast.outputs = entry->outputs;
        tasks_[index].state = TaskState::kCached;
        tasks_[index].outputs = entry->outputs;
        return absl::OkStatus();
      }
    }
    MIV_ASSIGN_OR_RETURN(const auto last, LastTime(step.name));
    forecast.reason = Reason(index, key, key_inputs, last);
    std::optional<StepOutlook> before;
    if (last.has_value() && last->entry.has_value()) {
      before = OutlookOfReport(ReportIn(*last->entry), SizeOf(*last->entry));
    }
    return estimator_.Estimate(index, before, forecast);
  }

 private:
  struct Last {
    std::string key;
    std::optional<CacheEntry> entry;
    json manifest;
  };

  static std::int64_t SizeOf(const CacheEntry& entry) {
    std::int64_t size = 0;
    for (const Output& output : entry.outputs) size += output.size;
    return size;
  }

  absl::StatusOr<std::optional<Last>> LastTime(const std::string& step) {
    Last last;
    MIV_ASSIGN_OR_RETURN(last.key, store_.LatestKey(plan_.pipeline.name, step));
    if (last.key.empty()) return std::nullopt;
    MIV_ASSIGN_OR_RETURN(last.entry, store_.FindCache(last.key));
    if (last.entry.has_value()) {
      last.manifest = json::parse(last.entry->manifest_json, nullptr, false);
    }
    return last;
  }

  static json ReportIn(const CacheEntry& entry) {
    const json manifest = json::parse(entry.manifest_json, nullptr, false);
    if (!manifest.is_object() || !manifest.contains("report")) return nullptr;
    return manifest["report"];
  }

  std::string Reason(int index, const std::string& key, const Digests& digests,
                     const std::optional<Last>& last) const {
    if (policy_ == CachePolicy::kRefresh) return "the cache is refreshed";
    if (policy_ == CachePolicy::kBypass) return "the cache is bypassed";
    if (key.empty()) return absl::StrCat("because ", Running(index), " runs");
    if (!last.has_value()) return "first time";
    if (last->key == key) return "its result is gone";
    if (!last->manifest.is_object()) return "changed";
    return Change(last->manifest, plan_.step(index), digests);
  }

  // The first step that this one takes an input of and that will run.
  std::string Running(int index) const {
    for (const pipeline::Input& input : plan_.step(index).inputs) {
      if (input.step.empty()) continue;
      if (!IsGood(tasks_[plan_.IndexOf(input.step)].state)) return input.step;
    }
    return "an earlier step";
  }

  ReadTransaction& store_;
  ResultCache& results_;
  const JobPlan& plan_;
  const CachePolicy policy_;
  std::vector<Task> tasks_;  // CACHED with outputs, or WAITING
  Estimator estimator_;
};

}  // namespace

absl::StatusOr<std::vector<StepForecast>> Forecast(
    ReadTransaction& store, ResultCache& results, const JobPlan& plan,
    const std::vector<int>& ranks, CachePolicy policy,
    const CellShapes& shapes) {
  Forecaster forecaster(store, results, plan, policy, shapes);
  std::vector<StepForecast> steps(plan.pipeline.steps.size());
  for (const std::size_t index : plan.pipeline.order) {
    steps[index].step = plan.step(static_cast<int>(index)).name;
    steps[index].kind = plan.step(static_cast<int>(index)).kind;
    steps[index].ranks = ranks[index];
    MIV_RETURN_IF_ERROR(
        forecaster.Visit(static_cast<int>(index), steps[index]));
  }
  return steps;
}

}  // namespace miv::server
