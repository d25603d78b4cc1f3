#include "worker/simulate/stimulus/clamp_config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/cells/section_tree.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

constexpr std::size_t kLevels = 3;

void ParseCells(Fields* fields, Clamp* clamp) {
  clamp->population = fields->Text("population", "");
  clamp->gids = fields->Gids("gids");
  const std::int64_t gid = fields->Integer("gid", -1);
  if (gid >= 0) clamp->gids.push_back(static_cast<std::uint32_t>(gid));
  const int ways = (gid >= 0 ? 1 : 0) + (fields->Has("gids") ? 1 : 0) +
                   (fields->Has("population") ? 1 : 0);
  if (ways != 1) {
    fields->Fail("gid", "the cells are not named in one way",
                 "one of gid, gids and population");
  }
}

void ParsePlace(Fields* fields, Clamp* clamp) {
  const nlohmann::json& section = fields->Raw("section");
  if (section.is_number_integer() && section.get<int>() >= 0) {
    clamp->section_index = section.get<int>();
  } else if (!section.is_null()) {
    clamp->section_class =
        section.is_string() ? section.get<std::string>() : section.dump();
    const bool known =
        std::any_of(std::begin(kSectionClasses), std::end(kSectionClasses),
                    [clamp](const SectionClass& section_class) {
                      return clamp->section_class == section_class.name;
                    });
    if (!known) {
      fields->Fail("section", "there is no such class of sections",
                   "soma, axon, basal, apical, trunk, tuft, ais, hillock or an "
                   "index of `sections`",
                   clamp->section_class);
    }
  }
  clamp->x =
      fields->Has("x") ? fields->Number("x", 0.5) : fields->Number("loc", 0.5);
  fields->Ignore({"x", "loc"});
  if (clamp->x < 0 || clamp->x > 1) {
    fields->Fail("x", "the place is outside the section", "0 to 1",
                 absl::StrCat(clamp->x));
  }
}

void ParseCurrent(Fields* fields, Clamp* clamp) {
  clamp->current.delay_ms = fields->Number("delay", 0);
  clamp->current.duration_ms = fields->RequiredNumber("dur");
  clamp->current.amp_na = fields->RequiredNumber("amp");
  for (const char* name : {"durations", "rs"}) {
    if (!fields->Has(name)) continue;
    fields->Fail(name, "the field belongs to a voltage clamp", "levels, too");
  }
  fields->Ignore({"durations", "rs"});
}

void ParseHeld(Fields* fields, Clamp* clamp) {
  HeldPotential held;
  held.levels_mv = fields->Numbers("levels");
  held.durations_ms = fields->Numbers("durations");
  held.rs_megohm = fields->Number("rs", held.rs_megohm);
  if (held.levels_mv.empty() || held.levels_mv.size() > kLevels) {
    fields->Fail("levels", "a voltage clamp cannot hold so many potentials",
                 absl::StrCat("1 to ", kLevels),
                 absl::StrCat(held.levels_mv.size()));
  }
  if (held.durations_ms.size() != held.levels_mv.size()) {
    fields->Fail("durations", "there is not one duration for each level",
                 absl::StrCat(held.levels_mv.size()),
                 absl::StrCat(held.durations_ms.size()));
  }
  if (!(held.rs_megohm > 0)) {
    fields->Fail("rs", "the series resistance is not positive",
                 "above 0 megohm", absl::StrCat(held.rs_megohm));
  }
  for (const char* name : {"delay", "dur", "amp"}) {
    if (!fields->Has(name)) continue;
    fields->Fail(name, "the field belongs to a current clamp", "no levels");
  }
  fields->Ignore({"delay", "dur", "amp"});
  clamp->held = std::move(held);
}

absl::StatusOr<Clamp> ParseClamp(const nlohmann::json& record,
                                 const std::string& path) {
  Fields fields(record, path);
  Clamp clamp;
  clamp.path = path;
  ParseCells(&fields, &clamp);
  ParsePlace(&fields, &clamp);
  if (fields.Has("levels")) {
    ParseHeld(&fields, &clamp);
  } else {
    ParseCurrent(&fields, &clamp);
  }
  MIV_RETURN_IF_ERROR(fields.Finish());
  return clamp;
}

}  // namespace

absl::StatusOr<std::vector<Clamp>> ParseClamps(const nlohmann::json& config) {
  std::vector<Clamp> clamps;
  for (std::size_t i = 0; i < config.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(
        clamps.emplace_back(),
        ParseClamp(config[i], absl::StrCat("clamps[", i, "]")));
  }
  return clamps;
}

}  // namespace miv::simulate
