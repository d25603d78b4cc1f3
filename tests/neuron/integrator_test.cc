#include "worker/simulate/neuron/integrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/neuron/test_model.h"
#include "worker/simulate/lfp/electrode_weights.h"
#include "worker/simulate/neuron/network.h"
#include "worker/simulate/neuron/section.h"

namespace miv::simulate::neuron {
namespace {

// One network for all tests of this program: NEURON cannot forget one.  Cell 10
// (Spiker) drives cell 11 (Spiker) through a synapse; cell 12 (Stick) is
// passive and clamped; VecStim 1 drives cell 10.
struct Model {
  std::unique_ptr<Network> network;
  std::unique_ptr<Cell> source, target, passive, stimulus;
  PointProcessType type;
  std::vector<PointProcessHandle> synapses;
  std::vector<ConnectionHandle> connections;
};

std::unique_ptr<Cell> Make(const std::string& name, std::uint32_t gid) {
  auto cell = Instantiate(ModelEngine(), ModelTemplate(name), gid,
                          *ArgumentsOf(SmallTree()));
  EXPECT_TRUE(cell.ok()) << cell.status();
  return *std::move(cell);
}

SectionHandle SectionOf(const Cell& cell, int i) {
  return cell.Sections("sections")[i];
}

void Connect(Model& model) {
  const std::vector<IndexedValue> parameters = {
      {model.type.parameters.at("tau_rise"), 0.5},
      {model.type.parameters.at("tau_decay"), 3.0},
      {model.type.parameters.at("e"), 0.0}};
  const std::vector<IndexedValue> weights = {{0, 1.0}, {1, 0.05}};
  const std::vector<PointProcessPlan> processes = {
      {&model.type, SectionOf(*model.source, 0), 0.5},
      {&model.type, SectionOf(*model.target, 0), 0.5}};
  const std::vector<ConnectionPlan> connections = {
      {1, 0, 1.5, parameters, weights}, {10, 1, 2.0, parameters, weights}};
  ASSERT_TRUE(
      model.network
          ->Connect(processes, connections, &model.synapses, &model.connections)
          .ok());
}

Model& TheModel() {
  static Model& model = *[] {
    auto* made = new Model;
    made->network = *Network::Create(ModelEngine());
    made->source = Make("Spiker", 10);
    made->target = Make("Spiker", 11);
    made->passive = Make("Stick", 12);
    made->stimulus = *InstantiateWithoutMorphology(
        ModelEngine(), *KnownTemplate(ModelEngine(), "VecStim"), 1);
    EXPECT_TRUE(made->network->AddArtificialCell(*made->stimulus).ok());
    for (Cell* cell :
         {made->source.get(), made->target.get(), made->passive.get()}) {
      EXPECT_TRUE(
          made->network->AddCell(*cell, {SectionOf(*cell, 0), 0.5, -20, 0.05})
              .ok());
    }
    EXPECT_TRUE(made->network->RecordSpikes().ok());
    made->type = *FindPointProcess(ModelEngine(), "LinExp2Syn");
    Connect(*made);
    EXPECT_TRUE(made->network->Play(*made->stimulus, {5.0}).ok());
    EXPECT_TRUE(
        made->network
            ->AddCurrentClamp(SectionOf(*made->passive, 0), 0.5, 10, 1e9, 0.1)
            .ok());
    return made;
  }();
  return model;
}

std::vector<Spike> Simulate(double t_end, StepCallback callback) {
  Model& model = TheModel();
  RunSettings settings;
  settings.celsius = 6.3;
  EXPECT_TRUE(Initialise(ModelEngine(), settings).ok());
  std::vector<Spike> spikes;
  model.network->TakeSpikes(&spikes);
  spikes.clear();
  EXPECT_TRUE(Solve(ModelEngine(), t_end, callback).ok());
  model.network->TakeSpikes(&spikes);
  return spikes;
}

StepAction Continue(std::int64_t, double) { return StepAction::kContinue; }

TEST(Integrator, CarriesSpikesFromCellToCell) {
  const auto spikes = Simulate(30, Continue);
  ASSERT_GE(spikes.size(), 3);
  EXPECT_EQ(spikes[0], (Spike{5.0, 1}));
  // The first after 1.5 ms of delay, the second after 2 ms more.
  EXPECT_EQ(spikes[1].gid, 10);
  EXPECT_GT(spikes[1].t_ms, 6.5);
  EXPECT_EQ(spikes[2].gid, 11);
  EXPECT_GT(spikes[2].t_ms, spikes[1].t_ms + 2);
}

TEST(Integrator, RepeatsItselfBitForBit) {
  EXPECT_EQ(Simulate(30, Continue), Simulate(30, Continue));
}

TEST(Integrator, CallsBackAfterEveryStepWithItsTime) {
  std::int64_t calls = 0;
  double last = 0;
  Simulate(5, [&](std::int64_t step, double t) {
    EXPECT_EQ(step, ++calls);
    last = t;
    return StepAction::kContinue;
  });
  EXPECT_EQ(calls, 200);  // 5 ms in steps of 0.025
  EXPECT_NEAR(last, 5, 1e-9);
}

TEST(Integrator, StopsAtTheStepThatAsksForIt) {
  std::int64_t calls = 0;
  Simulate(50, [&](std::int64_t step, double) {
    calls = step;
    return step == 123 ? StepAction::kStop : StepAction::kContinue;
  });
  EXPECT_EQ(calls, 123);
  // The next run is not affected.
  Simulate(5, [&](std::int64_t step, double) {
    calls = step;
    return StepAction::kContinue;
  });
  EXPECT_EQ(calls, 200);
}

TEST(Integrator, ReadsBackWhatItConnected) {
  Model& model = TheModel();
  EXPECT_EQ(DelayOf(model.connections[1]), 2.0);
  EXPECT_EQ(WeightOf(model.connections[1], 1), 0.05);
  EXPECT_EQ(
      ParameterOf(model.synapses[1], model.type.parameters.at("tau_decay")),
      3.0);
  const auto [section, x] = PlaceOf(model.synapses[1]);
  EXPECT_EQ(section, SectionOf(*model.target, 0));
  EXPECT_EQ(x, 0.5);
}

TEST(Integrator, SettlesWhereOhmsLawSays) {
  // After 50 time constants of 0.1 nA everything that goes in leaves through
  // the passive membrane: sum of g area (v - e), in mA for S/cm2, cm2 and mV.
  Simulate(500, Continue);
  double milliamperes = 0;
  for (int i = 0; i < 3; ++i) {
    const SectionHandle section = SectionOf(*TheModel().passive, i);
    const auto segments = Segments(section);
    for (const Segment& segment : *segments) {
      const double v = **RangePointer(section, "v", segment.x);
      milliamperes += 1e-4 * segment.area * 1e-8 * (v + 65);
    }
  }
  EXPECT_NEAR(milliamperes * 1e6, 0.1, 1e-9);  // nA
}

TEST(Integrator, ConservesCurrentInACellWithoutElectrode) {
  double worst = 0, largest = 0;
  Simulate(30, [&](std::int64_t, double) {
    double sum = 0, absolute = 0;
    for (int i = 0; i < 3; ++i) {
      const SectionHandle section = SectionOf(*TheModel().target, i);
      for (int k = 0; k < SegmentCount(section); ++k) {
        const double current = MembraneCurrents()[NodeIndex(section, k)];
        sum += current;
        absolute += std::abs(current);
      }
    }
    worst = std::max(worst, std::abs(sum));
    largest = std::max(largest, absolute);
    return StepAction::kContinue;
  });
  EXPECT_GT(largest, 0.1);  // nA: the cell fired
  EXPECT_LT(worst, 1e-12 * std::max(1.0, largest));
}

// The potential at `at` of all segments of the target cell, mV.
double PotentialAt(const Point& at) {
  double potential = 0;
  for (int i = 0; i < 3; ++i) {
    const SectionHandle section = SectionOf(*TheModel().target, i);
    std::vector<PathPoint> path;
    for (const ShapePoint& p : ShapePoints(section)) {
      path.push_back({{p.x, p.y, p.z}, p.arc});
    }
    std::vector<double> diams;
    const auto segments = Segments(section);
    for (const Segment& segment : *segments) diams.push_back(segment.diam);
    const auto sources = SegmentSources(path, diams);
    for (std::size_t k = 0; k < sources.size(); ++k) {
      potential += LineSourceWeight(sources[k], at, 333) *
                   MembraneCurrents()[NodeIndex(section, static_cast<int>(k))];
    }
  }
  return potential;
}

TEST(Integrator, ActiveCellsHaveADipolesFarField) {
  // No net current: on the cell's axis the potential falls with 1/r^2.
  double near_peak = 0, ratio = 0;
  Simulate(30, [&](std::int64_t, double) {
    const double near = PotentialAt({0, 0, 20000});
    if (std::abs(near) > near_peak) {
      near_peak = std::abs(near);
      ratio = near / PotentialAt({0, 0, 40000});
    }
    return StepAction::kContinue;
  });
  EXPECT_GT(near_peak, 0);
  EXPECT_NEAR(ratio, 4, 0.1);
}

TEST(Integrator, FindsAPotentialThatIsNoNumber) {
  EXPECT_FALSE(FindNonFinitePotential().has_value());
  ASSERT_TRUE(ModelEngine()
                  .Execute("{forall if (ismembrane(\"breaks\")) "
                           "t_break_breaks = 2}\n")
                  .ok());
  Simulate(3, Continue);
  const auto found = FindNonFinitePotential();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->cell, TheModel().passive->name());
  ASSERT_TRUE(ModelEngine()
                  .Execute("{forall if (ismembrane(\"breaks\")) "
                           "t_break_breaks = 1e9}\n")
                  .ok());
}

TEST(Integrator, RefusesToReadAVariableThatTheSectionLacks) {
  EXPECT_FALSE(
      RangePointer(SectionOf(*TheModel().passive, 0), "m_hh", 0.5).ok());
  EXPECT_EQ(RangeUnit("no_such_variable").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(*RangeUnit("v"), "mV");
}

}  // namespace
}  // namespace miv::simulate::neuron
