#pragma once

// Progress for files and pipes: a line per change, and not more.

#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "client/cli/job_view.h"
#include "miv/v1/events.pb.h"

namespace miv::client {

/// The line that an event is worth: state changes, warnings and errors always,
/// progress only if the step's last line is two seconds old (of the events' own
/// time), other log lines never.
class PlainProgress {
 public:
  explicit PlainProgress(absl::TimeZone zone) : zone_(zone) {}

  /// `view` has taken the event in already.  Without line end.
  std::optional<std::string> LineFor(const v1::Event& event,
                                     const JobView& view);

 private:
  std::optional<std::string> TextFor(const v1::Event& event,
                                     const JobView& view);

  absl::TimeZone zone_;
  std::map<std::string, absl::Time> last_progress_;
};

}  // namespace miv::client
