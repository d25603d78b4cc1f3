#pragma once

// How ranks share work, and what they report of it.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "worker/build/geometry/dispersion.h"
#include "worker/parallel/ranks.h"

namespace miv::worker {

/// Items [begin, end) of a rank; the shares of all ranks are consecutive and
/// differ by at most one item.
struct Share {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t size() const { return end - begin; }
};
Share ShareOf(std::uint64_t items, int rank, int size);

/// Items [begin, end) of a rank; the shares of all ranks are consecutive and
/// together weigh about the same: a border is off its place by at most half an
/// item.  Without any weight the items count alike.
Share ShareByWeight(absl::Span<const std::uint64_t> weights, int rank,
                    int size);

/// Cuts items into consecutive runs, each as long as it weighs at most `most`;
/// an item that weighs more is alone (but for weightless ones behind it).
/// Returns the first item of each run, then the number of items.
std::vector<std::size_t> RunsOf(absl::Span<const std::uint64_t> weights,
                                std::uint64_t most);

/// Lets the ranks compute disjoint blocks of rows and gives every rank all of
/// them.  The runner must not outlive `ranks`.
build::BlockRunner RunOnRanks(parallel::Ranks& ranks);

/// Counts what a rank did, for the report of a step.
class WorkMeter {
 public:
  /// Starts the CPU clock of this process and forgets its peak of memory.
  WorkMeter();

  void AddCells(std::uint64_t n) { cells_ += n; }
  void AddSynapses(std::uint64_t n) { synapses_ += n; }
  void AddEdges(std::uint64_t n) { edges_ += n; }
  void AddBytes(std::uint64_t n) { bytes_ += n; }

  /// Collective: {"cells": [ranks], "synapses": [ranks], "edges": [ranks],
  /// "bytes": [ranks] (of copies), "cpu_s": [ranks], "peak_rss_bytes": [ranks]
  /// (of each process while it worked)}, the same on every rank.
  nlohmann::json Report(parallel::Ranks& ranks) const;

 private:
  double cpu_start_s_;
  std::uint64_t cells_ = 0;
  std::uint64_t synapses_ = 0;
  std::uint64_t edges_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace miv::worker
