#include "worker/simulate/lfp/lfp_config.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

// MiV-Simulator f279b9c, lfp.py
constexpr double kReferenceDistance = 100;  // um
constexpr double kReferenceFraction = 0.1;

void ParsePosition(Fields* fields, Electrode* electrode) {
  const std::vector<double> position = fields->Numbers("pos");
  if (position.size() != 3) {
    fields->Fail("pos", "the electrode has no position", "[x, y, z] in um");
    return;
  }
  std::copy(position.begin(), position.end(), electrode->position.begin());
}

void ParseSelection(Fields* fields, Electrode* electrode) {
  const bool legacy = electrode->mode == LfpMode::kLegacy;
  // A fraction alone is that of the cells beyond the reference's distance.
  const double distance =
      legacy || fields->Has("fdst") ? kReferenceDistance : electrode->near_um;
  electrode->near_um = fields->Number("maxEDist", distance);
  electrode->far_fraction = fields->Number(
      "fdst", legacy ? kReferenceFraction : electrode->far_fraction);
  if (electrode->far_fraction < 0 || electrode->far_fraction > 1) {
    fields->Fail("fdst", "the fraction is none", "0 to 1",
                 absl::StrCat(electrode->far_fraction));
  }
  for (const nlohmann::json& name : fields->Raw("populations")) {
    if (name.is_string()) electrode->populations.push_back(name);
  }
}

void ParseModes(Fields* fields, Electrode* electrode) {
  const std::string mode = fields->Text("mode", "exact");
  if (mode == "legacy") {
    electrode->mode = LfpMode::kLegacy;
  } else if (mode != "exact") {
    fields->Fail("mode", "there is no such mode", "exact or legacy", mode);
  }
  const std::string place = fields->Text("place_cells", "soma");
  if (place == "trees") {
    electrode->placement = CellPlacement::kTrees;
  } else if (place != "soma") {
    fields->Fail("place_cells", "there is no such placement", "soma or trees",
                 place);
  }
}

absl::StatusOr<Electrode> ParseElectrode(const nlohmann::json& record,
                                         std::size_t index,
                                         std::int64_t default_seed) {
  Electrode electrode;
  electrode.path = absl::StrCat("lfp[", index, "]");
  Fields fields(record, electrode.path);
  electrode.label =
      fields.Text("label", index == 0 ? "electrode"
                                      : absl::StrCat("electrode_", index + 1));
  if (electrode.label.empty() || electrode.label == "." ||
      electrode.label == ".." ||
      electrode.label.find('/') != std::string::npos) {
    fields.Fail("label", "the label cannot be part of a file name",
                "a text without /", electrode.label);
  }
  ParsePosition(&fields, &electrode);
  electrode.rho = fields.Number("rho", electrode.rho);
  electrode.dt_ms = fields.Number("dt_lfp", electrode.dt_ms);
  if (!(electrode.rho > 0)) {
    fields.Fail("rho", "the resistivity is not positive", "above 0 ohm cm",
                absl::StrCat(electrode.rho));
  }
  ParseModes(&fields, &electrode);
  ParseSelection(&fields, &electrode);
  electrode.seed = fields.Integer("seed", default_seed);
  MIV_RETURN_IF_ERROR(fields.Finish());
  return electrode;
}

}  // namespace

absl::StatusOr<std::vector<Electrode>> ParseLfp(const nlohmann::json& config,
                                                std::int64_t default_seed) {
  std::vector<Electrode> electrodes;
  std::set<std::string> labels;
  for (std::size_t i = 0; i < config.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(Electrode electrode,
                         ParseElectrode(config[i], i, default_seed));
    if (!labels.insert(electrode.label).second) {
      Fault fault;
      fault.reason = "CONFIG";
      fault.field = absl::StrCat(electrode.path, ".label");
      fault.what = "two electrodes have the same label";
      fault.found = electrode.label;
      return InvalidInput(fault);
    }
    electrodes.push_back(std::move(electrode));
  }
  return electrodes;
}

absl::StatusOr<std::int64_t> StepsPerSample(const std::string& field,
                                            double sample_ms, double dt_ms) {
  const double steps = sample_ms / dt_ms;
  const double nearest = std::round(steps);
  if (nearest >= 1 && std::abs(steps - nearest) <= 1e-6 * nearest) {
    return static_cast<std::int64_t>(nearest);
  }
  const double below = std::max(1.0, std::floor(steps));
  Fault fault;
  fault.reason = "SAMPLE_INTERVAL";
  fault.field = field;
  fault.what = "the sample interval is no multiple of dt";
  fault.expected = absl::StrCat("a multiple of ", dt_ms, " ms");
  fault.found = absl::StrCat(sample_ms, " ms");
  fault.remedy = absl::StrCat("Use ", below * dt_ms, " or ",
                              (below + 1) * dt_ms, ", or change dt.");
  return InvalidInput(fault);
}

}  // namespace miv::simulate
