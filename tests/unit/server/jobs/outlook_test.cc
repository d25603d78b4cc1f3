#include "server/jobs/outlook.h"

#include <gmock/gmock.h>

#include <utility>

namespace miv::server {
namespace {

using nlohmann::json;
using pipeline::Input;
using pipeline::ResolvedStep;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pair;

ResolvedStep StepOf(const std::string& name, const std::string& kind,
                    json config, std::vector<Input> inputs = {}) {
  ResolvedStep step;
  step.name = name;
  step.kind = kind;
  step.config = std::move(config);
  step.inputs = std::move(inputs);
  return step;
}

Input From(const std::string& role, const std::string& step) {
  Input input;
  input.role = role;
  input.step = step;
  return input;
}

Input File(const std::string& role, const std::string& path) {
  Input input;
  input.role = role;
  input.path = path;
  return input;
}

// 10 cells P of one morphology file of 1000 bytes; 5 sources S.
JobPlan PlanOfNetwork() {
  const json cells = {{"P", {{"A", 4}, {"B", 6}}}, {"S", {{"A", 5}}}};
  const json layers = {{"A", 1}, {"B", 2}};
  const json density = {
      {"apical",
       {{"excitatory", {{"A", {{"mean", 0.5}}}, {"default", {{"mean", 2}}}}},
        {"inhibitory", {{"B", {{"mean", 0.1}}}}}}}};
  const json sources = {{"S",
                         {{"type", "excitatory"},
                          {"sections", {"apical", "apical"}},
                          {"layers", {"A", "B"}},
                          {"proportions", {1.0, 0.25}}}},
                        {"P",
                         {{"type", "excitatory"},
                          {"sections", {"apical"}},
                          {"layers", {"B"}},
                          {"proportions", {0.75}}}}};
  const json mechanisms = {
      {"P",
       {{"S", {{"mechanisms", {{"default", {{"X", 1}, {"Y", 1}}}}}}},
        {"P", {{"mechanisms", {{"default", {{"X", 1}}}}}}}}}};
  JobPlan plan;
  plan.files["p.swc"] = {"p.swc", "sha256:", 1000, false};
  plan.pipeline.steps = {
      StepOf("network", "network_architecture",
             {{"cell_distributions", cells}, {"nodeiter", 8}}),
      StepOf("forest", "generate_synapse_forest", {{"population", "P"}},
             {File("morphology", "p.swc")}),
      StepOf("synapses", "distribute_synapses",
             {{"population", "P"},
              {"layer_definitions", layers},
              {"cell_types", {{"P", {{"synapses", {{"density", density}}}}}}}},
             {From("forest", "forest")}),
      StepOf("connections", "generate_connections",
             {{"population", "P"}, {"synapses", {{"P", sources}}}},
             {From("synapses", "synapses")}),
      StepOf("graph", "neuroh5_graph", json::object(),
             {From("connections:P", "connections"), From("forest:P", "forest"),
              From("synapses:P", "synapses")}),
      StepOf("run", "simulation",
             {{"t_end", 10.0}, {"dt", 0.025}, {"synapses", mechanisms}},
             {From("cells", "graph"), From("connections", "graph")})};
  return plan;
}

// 7 segments; 20 um of apical cable in A, 30 in B and 40 in no layer.
CellShapes ShapesOfP() {
  CellShape shape;
  shape.segments = 7;
  shape.lengths["apical"] = {{1, 20}, {2, 30}, {-1, 40}};
  return {{"P", shape}};
}

class OutlookTest : public testing::Test {
 protected:
  // Foretells the first steps of the plan; the last one's outlook.
  StepOutlook Upto(int index, const CellShapes& shapes) {
    OutlookForecast forecast(plan_, shapes);
    for (int i = 0; i < index; ++i) forecast.Foretell(i, std::nullopt);
    return forecast.Foretell(index, std::nullopt);
  }

  const JobPlan plan_ = PlanOfNetwork();
};

TEST_F(OutlookTest, CountsSomataAndTheirMoves) {
  // 15 somata, each of 32 candidates and 8 iterations.
  EXPECT_THAT(*Upto(0, {}).amounts,
              ElementsAre(Pair("cells", 15), Pair("moves", 600)));
}

TEST_F(OutlookTest, TakesTreesFromTheSizeOfTheFile) {
  // 0.6 bytes per byte of SWC.
  EXPECT_THAT(*Upto(1, {}).amounts,
              ElementsAre(Pair("bytes", 6000), Pair("cells", 10)));
}

TEST_F(OutlookTest, MultipliesDensitiesWithLengths) {
  const StepOutlook outlook = Upto(2, ShapesOfP());
  // By hand: 0.5 * 20, the default 2 * 30, 0.1 * 30; nothing in no layer.
  EXPECT_THAT(outlook.synapses_per_cell,
              ElementsAre(Pair("apical excitatory A", 10),
                          Pair("apical excitatory B", 60),
                          Pair("apical inhibitory B", DoubleNear(3, 1e-12))));
  EXPECT_NEAR(AmountOf(*outlook.amounts, "synapses"), 730, 1e-9);
}

TEST_F(OutlookTest, SharesSynapsesAmongProjections) {
  const StepOutlook outlook = Upto(3, ShapesOfP());
  // Per cell: S takes 10 + 60 / 4, P takes 60 * 3 / 4.
  EXPECT_THAT(outlook.edges, ElementsAre(Pair("P", 450), Pair("S", 250)));
}

TEST_F(OutlookTest, AddsUpWhatTheGraphCopies) {
  const StepOutlook outlook = Upto(4, ShapesOfP());
  // Bytes as in docs/scaling.md.
  const double forest = 6000 + 10 * 28, synapses = 730 * 19 + 10 * 84,
               connections = 700 * 12 + 10 * 8 * 2;
  EXPECT_NEAR(AmountOf(*outlook.amounts, "bytes"),
              forest + synapses + connections, 3);
}

TEST_F(OutlookTest, MultipliesEdgesWithMechanisms) {
  const StepOutlook outlook = Upto(5, ShapesOfP());
  EXPECT_EQ(AmountOf(*outlook.amounts, "segments"), 70);
  // Two mechanisms on what comes from S, one from P.
  EXPECT_NEAR(AmountOf(*outlook.amounts, "netcons"), 2 * 250 + 450, 1e-9);
  EXPECT_EQ(AmountOf(*outlook.amounts, "steps"), 400);
}

TEST_F(OutlookTest, WithoutTreesKnowsNeitherSynapsesNorSegments) {
  EXPECT_FALSE(Upto(2, {}).amounts.has_value());
  EXPECT_FALSE(Upto(5, {}).amounts.has_value());
}

TEST_F(OutlookTest, BelievesReportsOfWhatIsDone) {
  const CellShapes shapes = ShapesOfP();
  OutlookForecast forecast(plan_, shapes);
  forecast.Set(
      3, OutlookOfReport(json::parse(R"({"cells": [10], "edges": [300, 300],
                          "projections": {"S": {"edges": 200},
                                          "P": {"edges": 400}}})"),
                         5000));
  const StepOutlook run = forecast.Foretell(5, std::nullopt);
  EXPECT_EQ(AmountOf(*run.amounts, "netcons"), 2 * 200 + 400);
}

TEST_F(OutlookTest, ScalesTheLastSimulationByItsEdges) {
  const CellShapes unknown;
  OutlookForecast forecast(plan_, unknown);
  forecast.Set(
      3, OutlookOfReport(json::parse(R"({"cells": [10], "edges": [600]})"), 1));
  const StepOutlook last = OutlookOfReport(
      json::parse(R"({"cells": [5], "edges": [300], "segments": [40, 44],
                      "netcons": [500], "steps": 77})"),
      9);
  const StepOutlook run = forecast.Foretell(5, last);
  EXPECT_EQ(AmountOf(*run.amounts, "segments"), 168);
  EXPECT_EQ(AmountOf(*run.amounts, "netcons"), 1000);
  EXPECT_EQ(AmountOf(*run.amounts, "steps"), 400);
}

TEST(OutlookOfReport, TakesAnythingFromAWorker) {
  EXPECT_FALSE(OutlookOfReport(json(), 5).amounts.has_value());
  const StepOutlook odd = OutlookOfReport(
      json::parse(R"({"synapses_per_cell": 3, "projections": {"S": 2},
                      "cells": "all"})"),
      5);
  EXPECT_TRUE(odd.amounts->empty());
  EXPECT_TRUE(odd.synapses_per_cell.empty());
  EXPECT_TRUE(odd.edges.empty());
}

}  // namespace
}  // namespace miv::server
