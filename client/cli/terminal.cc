#include "client/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace miv::client {
namespace {

std::optional<std::string> Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

bool LocaleIsUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = Environment(name);
    if (!value || value->empty()) continue;
    const std::string lower = absl::AsciiStrToLower(*value);
    return absl::StrContains(lower, "utf-8") ||
           absl::StrContains(lower, "utf8");
  }
  return false;
}

Looks CurrentLooks() {
  Looks looks;
  winsize size{};
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) continue;
    looks.width = size.ws_col;
    if (size.ws_row > 0) looks.height = size.ws_row;
    break;
  }
  looks.utf8 = LocaleIsUtf8();
  looks.colour =
      !Environment("NO_COLOR") && Environment("TERM").value_or("") != "dumb";
  return looks;
}

}  // namespace

Io ProcessIo() {
  const bool dumb = Environment("TERM").value_or("dumb") == "dumb";
  return {.out = std::cout,
          .err = std::cerr,
          .out_is_terminal = ::isatty(STDOUT_FILENO) != 0 && !dumb,
          .err_is_terminal = ::isatty(STDERR_FILENO) != 0 && !dumb,
          .looks = CurrentLooks,
          .environment = Environment};
}

}  // namespace miv::client
