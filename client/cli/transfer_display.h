#pragma once

// Progress of an upload or fetch: one live line on a terminal.

#include <memory>
#include <ostream>
#include <string>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/cli/live_display.h"
#include "client/cli/program.h"
#include "client/transfer.h"

namespace miv::client {

/// Shows nothing until a transfer has taken half a second, and nothing at all
/// if the stream is not a terminal.  The line is taken away at the end.
class TransferDisplay {
 public:
  /// verb: "upload" or "fetch".
  TransferDisplay(std::string verb, std::ostream& stream, bool is_terminal,
                  std::function<Looks()> looks);
  ~TransferDisplay();

  void Take(const TransferProgress& progress);

 private:
  std::vector<std::string> Lines(const Looks& looks) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string verb_;
  const absl::Time begun_ = absl::Now();
  absl::Mutex mutex_;
  TransferProgress progress_ ABSL_GUARDED_BY(mutex_);
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<LiveDisplay> display_;
};

}  // namespace miv::client
