#include "client/plot/lfp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Electrode> TwoElectrodes(double scale_mv) {
  std::vector<Electrode> electrodes;
  for (const std::string label : {"deep", "soma"}) {
    Electrode electrode{.label = label,
                        .position_um = {10, 20, 30},
                        .rho_ohm_cm = 333,
                        .mode = "exact"};
    for (int k = 0; k < 1000; ++k) {
      electrode.times_ms.push_back(0.1 * k);
      electrode.potential_mv.push_back(k % 2 == 0 ? scale_mv : -scale_mv);
    }
    electrode.parts = {{"PYR", 1, electrode.potential_mv}};
    electrodes.push_back(std::move(electrode));
  }
  return electrodes;
}

TEST(UnitFor, IsMicrovoltsBelowHalfAMillivolt) {
  EXPECT_EQ(UnitFor(0.499).name, "µV");
  EXPECT_EQ(UnitFor(0.499).per_millivolt, 1000);
  EXPECT_EQ(UnitFor(0.5).name, "mV");
}

TEST(LfpScript, SaysElectrodePositionResistivityAndMode) {
  const auto script =
      LfpScript(TwoElectrodes(2), {.figure = {.output = "l.png"}});
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_THAT(*script, AllOf(HasSubstr("electrode deep at (10, 20, 30) µm, "
                                       "ρ = 333 Ω cm, exact mode"),
                             HasSubstr("electrode soma"), HasSubstr("LFP (mV)"),
                             HasSubstr("\n0 2\n")));
}

TEST(LfpScript, ShowsSmallPotentialsInMicrovolts) {
  const auto script =
      LfpScript(TwoElectrodes(0.02), {.figure = {.output = "l.png"}});
  EXPECT_THAT(*script, AllOf(HasSubstr("LFP (µV)"), HasSubstr("\n0 20\n")));
}

TEST(LfpScript, ShowsTheElectrodesAndContributionsAskedFor) {
  const auto script =
      LfpScript(TwoElectrodes(2), {.figure = {.output = "l.png"},
                                   .electrodes = {"soma"},
                                   .populations = {"PYR"}});
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_THAT(*script, AllOf(Not(HasSubstr("electrode deep")),
                             HasSubstr("title \"PYR\"")));
}

TEST(LfpScript, AddsASpectrumOnRequest) {
  EXPECT_THAT(*LfpScript(TwoElectrodes(2), {.figure = {.output = "l.png"}}),
              Not(HasSubstr("frequency")));
  EXPECT_THAT(*LfpScript(TwoElectrodes(2),
                         {.figure = {.output = "l.png"}, .spectrum = true}),
              AllOf(HasSubstr("frequency (Hz)"), HasSubstr("mV²/Hz")));
}

TEST(LfpScript, CutsTheWindow) {
  const auto script =
      LfpScript(TwoElectrodes(2),
                {.figure = {.output = "l.png", .from_ms = 20, .to_ms = 30}});
  EXPECT_THAT(*script, HasSubstr("set xrange [20:30]"));
}

TEST(LfpScript, RefusesUnknownNamesAndEmptyWindows) {
  const auto electrodes = TwoElectrodes(2);
  EXPECT_THAT(FaultOf(LfpScript(electrodes, {.figure = {.output = "l.png"},
                                             .electrodes = {"sona"}})
                          .status())
                  ->remedy,
              HasSubstr("soma"));
  EXPECT_EQ(LfpScript(electrodes,
                      {.figure = {.output = "l.png"}, .populations = {"OLM"}})
                .status()
                .code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(FaultOf(LfpScript(electrodes,
                              {.figure = {.output = "l.png", .from_ms = 1000}})
                        .status())
                ->reason,
            "EMPTY_WINDOW");
}

}  // namespace
}  // namespace miv::client
