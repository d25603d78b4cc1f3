#pragma once

// A job as text: its tasks, what failed, what to do next.

#include <string>

#include "absl/time/time.h"
#include "client/cli/table.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

/// STEP, KIND, STATE, ATTEMPTS, TIME, RANKS, OUTPUT in the order of the job.
Table TaskTable(const v1::Job& job);

/// Counts per rank that workers reported (cells, synapses, edges, CPU seconds),
/// a row per step that has any but zeros; up to eight ranks one by one, more as
/// "least-most, mean".
Table RankTable(const v1::Job& job);

/// "microcircuit is done: 9 steps, 7 of them cached, in 12 s".
std::string Verdict(const v1::Job& job);

/// The errors of the job and its tasks, as FaultText; empty if there are none.
std::string Failures(const v1::Job& job, bool colour);

/// When the job was created, started and ended.
absl::Time CreatedAt(const v1::Job& job);
/// Seconds from start to end (or `now`); -1 if it has not started.
double JobSeconds(const v1::Job& job, absl::Time now);

}  // namespace miv::client
