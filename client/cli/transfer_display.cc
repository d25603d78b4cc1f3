#include "client/cli/transfer_display.h"

#include <utility>

namespace miv::client {

constexpr absl::Duration kQuietAtFirst = absl::Milliseconds(500);

TransferDisplay::TransferDisplay(std::string verb, std::ostream& stream,
                                 bool is_terminal, std::function<Looks()> looks)
    : verb_(std::move(verb)) {
  if (!is_terminal) return;
  display_ = std::make_unique<LiveDisplay>(stream, std::move(looks), mutex_,
                                           [this](const Looks& l) {
                                             mutex_.AssertHeld();
                                             return Lines(l);
                                           });
}

TransferDisplay::~TransferDisplay() {
  {
    absl::MutexLock lock(&mutex_);
    over_ = true;
  }
  display_.reset();
}

void TransferDisplay::Take(const TransferProgress& progress) {
  absl::MutexLock lock(&mutex_);
  progress_ = progress;
}

std::vector<std::string> TransferDisplay::Lines(const Looks& looks) const {
  const absl::Duration elapsed = absl::Now() - begun_;
  if (over_ || elapsed < kQuietAtFirst || progress_.total_files == 0) return {};
  return {
      TransferLine(verb_, progress_, absl::ToDoubleSeconds(elapsed), looks)};
}

}  // namespace miv::client
