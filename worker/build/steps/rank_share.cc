#include "worker/build/steps/rank_share.h"

#include <sys/resource.h>

#include <cstring>

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

// Linux counts the maximum in units of 1024 bytes.
std::uint64_t PeakResidentBytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
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

WorkMeter::WorkMeter() : cpu_start_s_(CpuSeconds()) {}

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
          {"peak_rss_bytes", Gathered(ranks, PeakResidentBytes())}};
}

}  // namespace miv::worker
