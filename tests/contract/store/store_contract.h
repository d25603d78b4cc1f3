#pragma once

// What every Store must do.  A backend instantiates the suite with a factory.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/random/random.h"
#include "absl/time/time.h"
#include "server/store/store.h"

namespace miv::server {

/// Whole microseconds: what a store must keep of a time.
inline absl::Time At(int us) {
  return absl::FromUnixSeconds(1'700'000'000) + absl::Microseconds(us);
}

struct StoreBackend {
  std::string name;
  /// A new, empty store; what it needs lives as long as the pointer.
  std::function<std::shared_ptr<Store>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const StoreBackend& b) {
  return out << b.name;
}

class StoreContract : public testing::TestWithParam<StoreBackend> {
 protected:
  void SetUp() override { store_ = GetParam().make(); }

  /// Writes and expects success.
  void Write(Store::WriteBody body) {
    const absl::Status status = store_->Write(body);
    ASSERT_TRUE(status.ok()) << status;
  }

  /// What `read` returns, or its error.
  template <typename T>
  absl::StatusOr<T> Read(
      const std::function<absl::StatusOr<T>(ReadTransaction&)>& read) {
    absl::StatusOr<T> value = absl::UnknownError("not read");
    const absl::Status status = store_->Read([&](ReadTransaction& t) {
      value = read(t);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return value;
  }

  JobId NewJobId() { return JobId::New(random_); }
  GroupId NewGroupId() { return GroupId::New(random_); }

  /// A job in the store, and a task in the store.
  Job PutJob(JobState state = JobState::kQueued);
  Task PutTask(const JobId& job, int index, TaskState state,
               const std::string& key = "");

  absl::BitGen random_;
  std::shared_ptr<Store> store_;
};

}  // namespace miv::server
