#include "server/jobs/manifest.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "common/pipeline/cache_key.h"

namespace miv::server {

std::string ManifestOf(const JobPlan& plan, const Task& task,
                       const std::map<std::string, std::string>& inputs) {
  const pipeline::ResolvedStep& step = plan.step(task.id.index);
  auto report = nlohmann::json::parse(task.report_json, nullptr, false);
  if (report.is_discarded()) report = nullptr;
  const nlohmann::json manifest = {
      {"kind", step.kind},
      {"algorithm_version", step.info().algorithm_version},
      {"config", pipeline::KeyConfig(step)},
      {"seed", step.seed},
      {"inputs", inputs},
      {"report", std::move(report)},
      {"duration_s", absl::ToDoubleSeconds(task.ended - task.started)},
      {"pipeline", plan.pipeline.name},
      {"step", step.name},
      {"job", task.id.job.text()}};
  return manifest.dump(-1, ' ', false,
                       nlohmann::json::error_handler_t::replace);
}

}  // namespace miv::server
