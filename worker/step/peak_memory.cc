#include "worker/step/peak_memory.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace miv::worker {
namespace {

// Linux counts in units of 1024 bytes.
constexpr std::uint64_t kUnit = 1024;

}  // namespace

void ForgetPeakMemory() {
  // proc(5): 5 resets VmHWM to the present size.
  std::ofstream("/proc/self/clear_refs") << "5\n";
}

std::uint64_t PeakMemoryBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    absl::string_view text = line;
    std::uint64_t kilobytes = 0;
    if (absl::ConsumePrefix(&text, "VmHWM:") &&
        absl::ConsumeSuffix(&text, " kB") &&
        absl::SimpleAtoi(text, &kilobytes)) {
      return kilobytes * kUnit;
    }
  }
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * kUnit;
}

}  // namespace miv::worker
