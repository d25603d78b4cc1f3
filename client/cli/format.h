#pragma once

// Numbers, times and texts as people read them.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace miv::client {

/// "40 ms", "0.4 s", "12 s", "2 min 05 s", "3 h 07 min", "2 d 4 h"; "-" if
/// negative.
std::string DurationText(double seconds);

/// Three digits: "0", "0.25", "12.5", "999", "1.2k", "80k", "3.46M", "1.2G".
std::string CountText(double count);

/// "12 B", "3.4 kB", "56 MB", "1.2 GB" (powers of 1000).
std::string BytesText(std::int64_t bytes);

/// "2025-07-31 14:03:59" in `zone`; "-" for the epoch (a time never set).
std::string TimeText(absl::Time time, absl::TimeZone zone);
/// "14:03:59".
std::string ClockText(absl::Time time, absl::TimeZone zone);

/// Columns that a text takes on a terminal: code points, one column each.
std::size_t DisplayWidth(absl::string_view text);

/// At most `width` columns, the last one an ellipsis if something was cut.
std::string Clipped(absl::string_view text, std::size_t width, bool utf8);

/// Filled up with blanks to `width` columns, at the right or at the left end.
std::string PadRight(absl::string_view text, std::size_t width);
std::string PadLeft(absl::string_view text, std::size_t width);

/// Text from elsewhere without the control characters that a terminal would
/// obey; tabs become blanks, line ends stay.
std::string Printable(absl::string_view text);

/// "1 step", "3 steps".
std::string Plural(std::int64_t count, absl::string_view noun);

}  // namespace miv::client
