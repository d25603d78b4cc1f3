#include "worker/build/steps/rank_share.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstring>

#include "worker/step/peak_memory.h"

namespace miv::worker {
namespace {

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) +
           1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::vector<std::int64_t> Gathered(parallel::Ranks& ranks,
                                   std::uint64_t value) {
  return ranks.AllGather(static_cast<std::int64_t>(value));
}

}  // namespace

Share ShareOf(std::uint64_t items, int rank, int size) {
  const auto r = static_cast<std::uint64_t>(rank);
  const auto n = static_cast<std::uint64_t>(size);
  const std::uint64_t base = items / n;
  const std::uint64_t extra = items % n;
  const std::uint64_t begin = r * base + std::min(r, extra);
  return {begin, begin + base + (r < extra ? 1 : 0)};
}

Share ShareByWeight(absl::Span<const std::uint64_t> weights, int rank,
                    int size) {
  std::vector<std::uint64_t> before = {0};  // [n + 1]
  before.reserve(weights.size() + 1);
  for (const std::uint64_t weight : weights)
    before.push_back(before.back() + weight);
  const std::uint64_t total = before.back();
  if (total == 0) return ShareOf(weights.size(), rank, size);
  const auto n = static_cast<std::uint64_t>(size);
  const auto border = [&](std::uint64_t r) -> std::uint64_t {
    if (r == n) return weights.size();
    const std::uint64_t wanted = total / n * r + total % n * r / n;
    const auto above = std::lower_bound(before.begin(), before.end(), wanted);
    const auto at = static_cast<std::uint64_t>(above - before.begin());
    if (at == 0) return 0;
    return wanted - before[at - 1] < before[at] - wanted ? at - 1 : at;
  };
  const auto r = static_cast<std::uint64_t>(rank);
  return {border(r), border(r + 1)};
}

std::vector<std::size_t> RunsOf(absl::Span<const std::uint64_t> weights,
                                std::uint64_t most) {
  std::vector<std::size_t> first = {0};
  std::uint64_t held = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (i > first.back() && weights[i] > most - std::min(most, held)) {
      first.push_back(i);
      held = 0;
    }
    held += weights[i];
  }
  if (!weights.empty()) first.push_back(weights.size());
  return first;
}

build::BlockRunner RunOnRanks(parallel::Ranks& ranks) {
  return [&ranks](std::vector<build::Point3>& next,
                  build::BlockUpdate update) -> absl::Status {
    const Share mine = ShareOf(next.size(), ranks.rank(), ranks.size());
    update(mine.begin, mine.end);
    if (ranks.size() == 1) return absl::OkStatus();
    const auto blocks = ranks.AllGatherBytes(
        std::string(reinterpret_cast<const char*>(next.data() + mine.begin),
                    mine.size() * sizeof(build::Point3)));
    for (int rank = 0; rank < ranks.size(); ++rank) {
      const Share share = ShareOf(next.size(), rank, ranks.size());
      const auto& block = blocks[static_cast<std::size_t>(rank)];
      std::memcpy(next.data() + share.begin, block.data(), block.size());
    }
    return absl::OkStatus();
  };
}

WorkMeter::WorkMeter() : cpu_start_s_(CpuSeconds()) { ForgetPeakMemory(); }

nlohmann::json WorkMeter::Report(parallel::Ranks& ranks) const {
  const double cpu_s = CpuSeconds() - cpu_start_s_;
  std::vector<double> cpu;
  for (const std::int64_t us :
       Gathered(ranks, static_cast<std::uint64_t>(cpu_s * 1e6)))
    cpu.push_back(static_cast<double>(us) * 1e-6);
  return {{"cells", Gathered(ranks, cells_)},
          {"synapses", Gathered(ranks, synapses_)},
          {"edges", Gathered(ranks, edges_)},
          {"bytes", Gathered(ranks, bytes_)},
          {"cpu_s", cpu},
          {"peak_rss_bytes", Gathered(ranks, PeakMemoryBytes())}};
}

}  // namespace miv::worker
