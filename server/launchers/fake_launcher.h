#pragma once

// A launcher that starts nothing; a test plays the group's part.

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/launchers/launcher.h"

namespace miv::server {

/// Launch puts a group in kRunning (or kStarting, see StartSlowly).  The test
/// then ends it with Exit or Vanish.  Kill ends it with kKilled, unless
/// IgnoreKills.  Thread safe.
class FakeLauncher : public Launcher {
 public:
  absl::Status Launch(const GroupSpec& spec) override;
  absl::StatusOr<GroupStatus> Poll(const GroupRef& group) override;
  absl::Status Kill(const GroupRef& group) override;

  /// The next Launch answers this instead of starting a group.
  void FailNextLaunch(absl::Status status);
  /// Groups stay in kStarting until MarkRunning.
  void StartSlowly(bool slowly);
  void MarkRunning(const std::string& id);
  /// The group ends with this record.
  void Exit(const std::string& id, const ExitRecord& record);
  /// The group ends with `code`.
  void Exit(const std::string& id, int code);
  /// The group ends without a record (kGone).
  void Vanish(const std::string& id);
  /// Kill is only recorded; the group runs on.
  void IgnoreKills(bool ignore);

  /// Everything launched, in order.
  std::vector<GroupSpec> launched() const;
  /// Ids passed to Kill, in order, repetitions included.
  std::vector<std::string> killed() const;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, GroupStatus> groups_ ABSL_GUARDED_BY(mutex_);
  std::vector<GroupSpec> launched_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> killed_ ABSL_GUARDED_BY(mutex_);
  absl::Status next_failure_ ABSL_GUARDED_BY(mutex_);
  bool slowly_ ABSL_GUARDED_BY(mutex_) = false;
  bool ignore_kills_ ABSL_GUARDED_BY(mutex_) = false;
  std::int64_t next_pid_ ABSL_GUARDED_BY(mutex_) = 1000;
};

}  // namespace miv::server
