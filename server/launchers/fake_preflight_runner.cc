#include <utility>

#include "server/launchers/preflight_runner.h"

namespace miv::server {

absl::StatusOr<nlohmann::json> FakePreflightRunner::Run(
    const PreflightRequest& request) {
  absl::MutexLock lock(&mutex_);
  requests_.push_back(request);
  if (answers_.empty()) return nlohmann::json::object();
  absl::StatusOr<nlohmann::json> answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

void FakePreflightRunner::AnswerNext(absl::StatusOr<nlohmann::json> answer) {
  absl::MutexLock lock(&mutex_);
  answers_.push_back(std::move(answer));
}

std::vector<PreflightRequest> FakePreflightRunner::requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

}  // namespace miv::server
