// miv-bench-kernels: the inner loops of the build steps, one core, no files.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/files.h"
#include "common/base/keyed_rng.h"
#include "worker/build/connectivity/connector.h"
#include "worker/build/morphology/contraction.h"
#include "worker/build/morphology/swc.h"
#include "worker/build/synapses/native_geometry.h"
#include "worker/build/synapses/synapse_placement.h"

namespace miv::build {
namespace {

constexpr char kSwc[] =
    MIV_SOURCE_DIR "/examples/microcircuit/morphology/PYR.swc";
constexpr std::int64_t kSeed = 7;

/// The example's pyramidal cell with about `per_cell` synapses.
SynapsePlan PlanFor(double per_cell) {
  auto points = ParseSwc(*ReadFile(kSwc), "PYR.swc");
  const auto morphology = ContractToSections(*std::move(points), "PYR.swc");
  const CellGeometry cell = *NativeGeometry(*morphology, {});
  const auto plan = [&](double density) {
    const DensityTable table = {
        {kApical, kExcitatory, {{std::nullopt, density, 0.1 * density}}},
        {kBasal, kExcitatory, {{std::nullopt, density, 0.1 * density}}}};
    return *SynapsePlan::Create(cell, table, {});
  };
  return plan(per_cell / plan(1).expected_synapses());
}

void PlaceSynapses(benchmark::State& state) {
  const SynapsePlan plan = PlanFor(static_cast<double>(state.range(0)));
  SynapseTable table;
  std::uint32_t gid = 0;
  std::int64_t placed = 0;
  for (auto _ : state) {
    table.Clear();
    plan.Place(kSeed, gid++, table);
    placed += static_cast<std::int64_t>(table.size());
  }
  state.SetItemsProcessed(placed);
}
BENCHMARK(PlaceSynapses)->Arg(1000)->Arg(20000);

void CountSynapses(benchmark::State& state) {
  const SynapsePlan plan = PlanFor(static_cast<double>(state.range(0)));
  std::uint32_t gid = 0;
  std::int64_t counted = 0;
  for (auto _ : state)
    counted += static_cast<std::int64_t>(plan.Count(kSeed, gid++));
  state.SetItemsProcessed(counted);
}
BENCHMARK(CountSynapses)->Arg(20000);

/// n cells at random on 200 x 200 um.
SourcePopulation Sources(std::uint32_t n) {
  SourcePopulation population;
  KeyedRng rng(kSeed, "bench", 0);
  for (std::uint32_t i = 0; i < n; ++i) {
    population.u.push_back(static_cast<float>(200 * rng.Uniform() - 100));
    population.v.push_back(static_cast<float>(200 * rng.Uniform() - 100));
  }
  return population;
}

LayeredKernels Kernels() {
  const LayeredKernels::Entry entries[] = {
      {std::nullopt, {{200, 200}, {0, 0}}}};
  return *LayeredKernels::Create(entries);
}

/// Two populations that share the synapses of four layers.
ConnectionPlan TwoProjections(std::uint32_t sources) {
  std::vector<ProjectionRule> rules;
  std::vector<ConnectionPlan::Source> from;
  for (const char* name : {"A", "B"}) {
    ProjectionRule rule{name, kExcitatory, {}, 1};
    for (std::int8_t layer = 0; layer < 4; ++layer)
      rule.targets.push_back({kApical, layer, 0.5});
    rules.push_back(rule);
    from.push_back({Sources(sources), Kernels()});
  }
  return *ConnectionPlan::Create(std::move(rules), std::move(from), {true});
}

void Connect(benchmark::State& state) {
  const ConnectionPlan plan =
      TwoProjections(static_cast<std::uint32_t>(state.range(1)));
  Connector connector(plan);
  const auto n = static_cast<std::size_t>(state.range(0));
  std::vector<std::uint32_t> ids(n);
  std::vector<float> cdists(n);
  std::vector<std::int8_t> layers(n);
  const std::vector<std::uint8_t> types(n, kExcitatory), classes(n, kApical);
  KeyedRng rng(kSeed, "bench", 1);
  for (std::size_t i = 0; i < n; ++i) {
    ids[i] = static_cast<std::uint32_t>(i);
    cdists[i] = static_cast<float>(500 * rng.Uniform());
    layers[i] = static_cast<std::int8_t>(4 * i / n);
  }
  CellSynapses cell{0, 10, -20, ids, cdists, layers, types, classes};
  std::vector<ProjectionEdges> edges;
  std::vector<ProjectionCounts> counts;
  for (auto _ : state) {
    cell.gid++;
    if (!connector.Connect(cell, kSeed, edges, counts).ok())
      state.SkipWithError("cannot connect");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n));
}
BENCHMARK(Connect)
    ->ArgNames({"synapses", "sources"})
    ->Args({1000, 223})
    ->Args({20000, 223})
    ->Args({20000, 22300});

void FindCandidates(benchmark::State& state) {
  const LayeredKernels kernels = Kernels();
  const auto index = SourceIndex::Create(
      Sources(static_cast<std::uint32_t>(state.range(0))), 100, 100);
  Candidates candidates;
  for (auto _ : state) {
    index->Find(10, -20, kernels.kernels()[0], SourceIndex::kNobody,
                candidates);
    benchmark::DoNotOptimize(candidates.index.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(FindCandidates)->Arg(223)->Arg(22300);

void ReadSwc(benchmark::State& state) {
  const std::string text = *ReadFile(kSwc);
  std::int64_t points = 0;
  for (auto _ : state) {
    auto parsed = ParseSwc(text, "PYR.swc");
    const auto morphology = ContractToSections(*std::move(parsed), "PYR.swc");
    points += static_cast<std::int64_t>(morphology->points.x.size());
  }
  state.SetItemsProcessed(points);
}
BENCHMARK(ReadSwc);

}  // namespace
}  // namespace miv::build

BENCHMARK_MAIN();
