#pragma once

// What workers report is hostile input: it is cut, cleaned and counted before
// anything else sees it.

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/fault.h"
#include "miv/v1/workers.pb.h"

namespace miv::server {

/// Valid UTF-8 of at most `max_bytes` without control characters: each becomes
/// a space, or stays if it is a line feed or tab and `lines` is set.
std::string CleanText(absl::string_view text, std::size_t max_bytes,
                      bool lines = false);

/// The same event with every text cleaned, every number finite, a report that
/// is a JSON object of at most 256 KiB or empty, and only output names that are
/// safe relative paths, at most 256, and at most 4096 frames.
v1::WorkerEvent CleanEvent(const v1::WorkerEvent& event);

/// The same for an error that came from a sandbox.
Fault CleanFault(const Fault& fault);

/// How much one attempt may still write to its job's log.  Not thread safe.
class LogBudget {
 public:
  explicit LogBudget(int lines) : lines_(lines) {}

  enum class Verdict {
    kTake,
    kDrop,
    kLastWarning,  ///< drop, and say once that lines are dropped
  };
  /// Log lines and warnings: `lines` in all.  Progress: 10 a second, 50 at
  /// once.  Results: 100 a second, 2000 at once, 25 times what a worker needs.
  /// Everything else: always.
  Verdict Judge(const v1::WorkerEvent& event, absl::Time now);

 private:
  /// Tokens that come back with time.
  struct Bucket {
    double per_second;
    double most;
    double left = most;
    absl::Time refilled = absl::InfinitePast();
    bool Take(absl::Time now);
  };

  int lines_;
  Bucket progress_{10, 50};
  Bucket produced_{100, 2000};
};

}  // namespace miv::server
