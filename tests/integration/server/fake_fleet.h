#pragma once

// Worker groups played by threads of the test: they speak Synchronize over the
// coordinator's real socket, as rank 0 of a real group does.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "miv/v1/workers.grpc.pb.h"
#include "server/launchers/fake_launcher.h"

namespace miv::server {

/// One assignment as the test's worker code sees it.
class FakeWork {
 public:
  virtual ~FakeWork() = default;
  virtual const v1::Assignment& assignment() const = 0;
  /// Sends events and hears whether to stop; returns false if it should.
  virtual bool Report(double done, double total) = 0;
  /// Whether the group is gone.
  virtual bool Killed() = 0;
  /// Writes a file into the output directory.
  virtual void Write(const std::string& name, const std::string& content) = 0;
};

/// What a worker does with an assignment: returns how it ended; outputs are
/// what it wrote.  The default writes the kind's outputs, which depend on
/// config, seed and inputs only.
using WorkBody = std::function<v1::Finished::Outcome(FakeWork&)>;

/// Content that the default body gives every output of an assignment.
v1::Finished::Outcome WriteOutputs(FakeWork& work);

/// A launcher whose groups are threads.  Thread safe.
class FakeFleet final : public FakeLauncher {
 public:
  FakeFleet() = default;
  ~FakeFleet() override;

  absl::Status Launch(const GroupSpec& spec) override;

  /// For assignments of this step from now on.
  void SetBody(const std::string& step, WorkBody body);
  WorkBody BodyFor(const std::string& step) const;

  /// Steps that were begun, in order.
  std::vector<std::string> begun() const;
  void NoteBegun(const std::string& step);

 private:
  mutable absl::Mutex fleet_mutex_;
  std::map<std::string, WorkBody> bodies_ ABSL_GUARDED_BY(fleet_mutex_);
  std::vector<std::string> begun_ ABSL_GUARDED_BY(fleet_mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(fleet_mutex_);
};

}  // namespace miv::server
