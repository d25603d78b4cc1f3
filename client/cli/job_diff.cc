#include "client/cli/job_diff.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace miv::client {
namespace {

using nlohmann::json;

/// A step of one job, with what came of it.
struct Side {
  const v1::DescribedStep* step = nullptr;
  const v1::Task* task = nullptr;
};

using Sides = std::map<std::string, Side>;

Sides SidesOf(const v1::JobDescription& job) {
  Sides sides;
  for (const auto& step : job.steps()) sides[step.step().step()].step = &step;
  for (const auto& task : job.job().tasks())
    if (const auto it = sides.find(task.step()); it != sides.end())
      it->second.task = &task;
  return sides;
}

json Parsed(const std::string& text) {
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return value.is_discarded() ? json() : value;
}

json DigestsOf(const google::protobuf::Map<std::string, std::string>& inputs) {
  json digests = json::object();
  for (const auto& [role, digest] : inputs) digests[role] = digest;
  return digests;
}

json OutputsOf(const v1::Task& task) {
  json digests = json::object();
  for (const auto& output : task.outputs())
    digests[output.name()] = output.digest();
  return digests;
}

json PlatformOf(const v1::Task& task) {
  const json report = Parsed(task.report_json());
  return report.is_object() ? report.value("platform", json()) : json();
}

class Comparison {
 public:
  Comparison(std::string step, std::vector<Difference>* found)
      : step_(std::move(step)), found_(found) {}

  void Take(const std::string& what, const std::string& path, const json& first,
            const json& second) {
    if (first == second) return;
    found_->push_back({step_, what, path, first, second});
  }

  /// Down to the values that differ.
  void Descend(const std::string& what, const std::string& path,
               const json& first, const json& second) {
    if (first == second) return;
    if (first.is_object() && second.is_object())
      return DescendObjects(what, path, first, second);
    if (first.is_array() && second.is_array() &&
        first.size() == second.size()) {
      for (std::size_t k = 0; k < first.size(); ++k)
        Descend(what, absl::StrCat(path, "[", k, "]"), first[k], second[k]);
      return;
    }
    Take(what, path, first, second);
  }

 private:
  void DescendObjects(const std::string& what, const std::string& path,
                      const json& first, const json& second) {
    std::set<std::string> keys;
    for (const auto& [key, value] : first.items()) keys.insert(key);
    for (const auto& [key, value] : second.items()) keys.insert(key);
    for (const auto& key : keys)
      Descend(what, path.empty() ? key : absl::StrCat(path, ".", key),
              first.value(key, json()), second.value(key, json()));
  }

  const std::string step_;
  std::vector<Difference>* const found_;
};

void CompareSteps(const std::string& name, const Side& first,
                  const Side& second, std::vector<Difference>* found) {
  Comparison compare(name, found);
  const auto& one = first.step->step();
  const auto& other = second.step->step();
  compare.Take("kind", "", one.kind(), other.kind());
  compare.Take("seed", "", one.seed(), other.seed());
  compare.Descend("config", "", Parsed(one.config_json()),
                  Parsed(other.config_json()));
  compare.Descend("input", "", DigestsOf(first.step->inputs()),
                  DigestsOf(second.step->inputs()));
  if (first.task == nullptr || second.task == nullptr) return;
  compare.Take("ranks", "", first.task->ranks(), second.task->ranks());
  if (first.task->outputs().empty() || second.task->outputs().empty()) return;
  compare.Descend("output", "", OutputsOf(*first.task),
                  OutputsOf(*second.task));
  compare.Descend("platform", "", PlatformOf(*first.task),
                  PlatformOf(*second.task));
}

}  // namespace

JobDiff Compare(const v1::JobDescription& first,
                const v1::JobDescription& second) {
  const Sides ours = SidesOf(first), theirs = SidesOf(second);
  JobDiff diff;
  auto& found = diff.differences;
  for (const auto& step : first.steps()) {
    const std::string& name = step.step().step();
    const std::size_t before = found.size();
    if (const auto it = theirs.find(name); it != theirs.end())
      CompareSteps(name, ours.at(name), it->second, &found);
    else
      found.push_back({name, "step", "", step.step().kind(), nullptr});
    if (found.size() == before) diff.equal.push_back(name);
  }
  for (const auto& step : second.steps())
    if (!ours.contains(step.step().step()))
      found.push_back(
          {step.step().step(), "step", "", nullptr, step.step().kind()});
  return diff;
}

json DiffJson(const v1::JobDescription& first, const v1::JobDescription& second,
              const JobDiff& diff) {
  json differences = json::array();
  for (const auto& one : diff.differences)
    differences.push_back({{"step", one.step},
                           {"what", one.what},
                           {"path", one.path},
                           {"first", one.first},
                           {"second", one.second}});
  return {{"jobs", {first.job().id(), second.job().id()}},
          {"equal_steps", diff.equal},
          {"differences", std::move(differences)}};
}

}  // namespace miv::client
