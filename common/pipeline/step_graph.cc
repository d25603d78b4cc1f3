#include "common/pipeline/step_graph.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/fault.h"

namespace miv::pipeline {
namespace {

// Depth-first order, dependencies first; stops at the first cycle.
class Sorter {
 public:
  explicit Sorter(const std::vector<std::vector<std::size_t>>& uses)
      : uses_(uses), marks_(uses.size(), Mark::kNew) {}

  // False if a cycle was found; then path() is the cycle.
  bool Visit(std::size_t step) {
    if (marks_[step] == Mark::kDone) return true;
    path_.push_back(step);
    if (marks_[step] == Mark::kOpen) {
      path_.erase(path_.begin(), std::find(path_.begin(), path_.end(), step));
      return false;
    }
    marks_[step] = Mark::kOpen;
    for (const std::size_t used : uses_[step])
      if (!Visit(used)) return false;
    marks_[step] = Mark::kDone;
    path_.pop_back();
    order_.push_back(step);
    return true;
  }

  const std::vector<std::size_t>& path() const { return path_; }
  std::vector<std::size_t> TakeOrder() { return std::move(order_); }

 private:
  enum class Mark { kNew, kOpen, kDone };

  const std::vector<std::vector<std::size_t>>& uses_;
  std::vector<Mark> marks_;
  std::vector<std::size_t> path_;
  std::vector<std::size_t> order_;
};

std::vector<std::vector<std::size_t>> LevelsOf(
    const std::vector<std::vector<std::size_t>>& uses, std::size_t step) {
  std::vector<std::vector<std::size_t>> levels;
  std::vector<bool> seen(uses.size());
  seen[step] = true;
  std::vector<std::size_t> frontier = {step};
  while (true) {
    std::vector<std::size_t> next;
    for (const std::size_t at : frontier)
      for (const std::size_t used : uses[at])
        if (!seen[used]) {
          seen[used] = true;
          next.push_back(used);
        }
    if (next.empty()) return levels;
    levels.push_back(next);
    frontier = std::move(next);
  }
}

absl::Status CycleError(const std::vector<std::string>& names,
                        const std::vector<std::size_t>& cycle) {
  std::vector<std::string> parts;
  for (const std::size_t step : cycle) parts.push_back(names[step]);
  return InvalidInput({.reason = "USES_CYCLE",
                       .step = parts.front(),
                       .field = absl::StrCat("steps.", parts.front(), ".uses"),
                       .what = "the steps depend on each other: " +
                               absl::StrJoin(parts, " -> "),
                       .remedy = "Remove one of them from `uses`."});
}

}  // namespace

absl::StatusOr<StepGraph> StepGraph::Create(
    const std::vector<std::string>& names,
    std::vector<std::vector<std::size_t>> uses) {
  Sorter sorter(uses);
  for (std::size_t step = 0; step < names.size(); ++step)
    if (!sorter.Visit(step)) return CycleError(names, sorter.path());
  StepGraph graph;
  graph.order_ = sorter.TakeOrder();
  for (std::size_t step = 0; step < names.size(); ++step)
    graph.levels_.push_back(LevelsOf(uses, step));
  graph.uses_ = std::move(uses);
  return graph;
}

std::vector<std::size_t> StepGraph::Upstream(std::size_t step) const {
  std::vector<std::size_t> all;
  for (const auto& level : Levels(step))
    all.insert(all.end(), level.begin(), level.end());
  return all;
}

}  // namespace miv::pipeline
