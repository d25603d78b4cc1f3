#pragma once

#include <stop_token>

namespace miv::client {

/// From now on the first SIGINT or SIGTERM requests a stop, and the second ends
/// the process.  To be called once, before other threads are started.
void StopOnSignals(std::stop_source stop);

/// Undoes it for a program that is about to be executed.
void RestoreSignals();

}  // namespace miv::client
