#pragma once

// Where output goes and what it may look like there.

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "client/cli/progress_lines.h"

namespace miv::client {

/// The surroundings of the program; tests make their own.
struct Io {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::function<Looks()> looks;  ///< asked again before every redraw
  std::function<std::optional<std::string>(const std::string&)> environment;
  absl::TimeZone zone = absl::LocalTimeZone();
};

/// The real ones.  Colour unless NO_COLOR is set or TERM is dumb; UTF-8 if the
/// locale (LC_ALL, LC_CTYPE, LANG) says so.
Io ProcessIo();

}  // namespace miv::client
