#include "worker/simulate/recordings/record_config.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/keyed_rng.h"
#include "common/base/status_macros.h"
#include "worker/simulate/cells/section_tree.h"
#include "worker/simulate/fields.h"

namespace miv::simulate {
namespace {

void ParseCells(Fields* fields, Recording* recording) {
  recording->gids = fields->Gids("gids");
  recording->population = fields->Text("population", "");
  recording->fraction = fields->Number("fraction", 1);
  recording->limit = fields->Integer("limit", -1);
  if (fields->Has("gids") == fields->Has("population")) {
    fields->Fail("population", "the cells are not named in one way",
                 "either population or gids");
  }
  if (recording->fraction < 0 || recording->fraction > 1) {
    fields->Fail("fraction", "the fraction is none", "0 to 1",
                 absl::StrCat(recording->fraction));
  }
  std::sort(recording->gids.begin(), recording->gids.end());
  recording->gids.erase(
      std::unique(recording->gids.begin(), recording->gids.end()),
      recording->gids.end());
}

/// 5, "5" and "sections[5]" are the section with index 5.
std::optional<int> SectionIndex(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "sections[")) absl::ConsumeSuffix(&text, "]");
  int index = 0;
  if (absl::SimpleAtoi(text, &index) && index >= 0) return index;
  return std::nullopt;
}

void ParseSections(Fields* fields, Recording* recording) {
  const nlohmann::json& section = fields->Raw("section");
  const std::string text = section.is_string() ? section.get<std::string>()
                           : section.is_null() ? "soma"
                                               : section.dump();
  recording->section_index = SectionIndex(text);
  recording->section_class = text;
  bool known = text == "all" || recording->section_index.has_value();
  for (const SectionClass& c : kSectionClasses) known = known || text == c.name;
  if (!known) {
    fields->Fail(
        "section", "there is no such class of sections",
        "soma, axon, basal, apical, trunk, tuft, ais, hillock, all, or "
        "an index of `sections`",
        text);
  }
  const nlohmann::json& loc = fields->Raw("loc");
  if (loc.is_string() && loc.get<std::string>() == "all") {
    recording->loc = std::nullopt;
    return;
  }
  recording->loc = fields->Number("loc", 0.5);
  if (*recording->loc < 0 || *recording->loc > 1) {
    fields->Fail("loc", "the place is outside the section", "0 to 1",
                 absl::StrCat(*recording->loc));
  }
}

absl::StatusOr<Recording> ParseOne(const nlohmann::json& record,
                                   std::size_t index) {
  Recording recording;
  recording.path = absl::StrCat("record[", index, "]");
  Fields fields(record, recording.path);
  recording.label =
      fields.Text("label", index == 0 ? "recording"
                                      : absl::StrCat("recording_", index + 1));
  if (recording.label.empty() || recording.label == "." ||
      recording.label.find('/') != std::string::npos) {
    fields.Fail("label", "the label cannot be the name of a group",
                "a text without /", recording.label);
  }
  recording.variable = fields.Text("variable", "v");
  ParseCells(&fields, &recording);
  ParseSections(&fields, &recording);
  recording.dt_ms = fields.Number("dt", 0);
  if (recording.dt_ms < 0) {
    fields.Fail("dt", "the sample interval is negative", "above 0 ms",
                absl::StrCat(recording.dt_ms));
  }
  MIV_RETURN_IF_ERROR(fields.Finish());
  return recording;
}

}  // namespace

absl::StatusOr<std::vector<Recording>> ParseRecord(
    const nlohmann::json& config) {
  std::vector<Recording> recordings;
  std::set<std::string> labels;
  for (std::size_t i = 0; i < config.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(Recording recording, ParseOne(config[i], i));
    if (!labels.insert(recording.label).second) {
      Fault fault;
      fault.reason = "CONFIG";
      fault.field = absl::StrCat(recording.path, ".label");
      fault.what = "two recordings have the same label";
      fault.found = recording.label;
      return InvalidInput(fault);
    }
    recordings.push_back(std::move(recording));
  }
  return recordings;
}

std::vector<std::uint32_t> SelectCells(const Recording& recording,
                                       std::int64_t seed,
                                       const std::vector<std::uint32_t>& gids) {
  std::vector<std::uint32_t> selected;
  const std::string purpose = absl::StrCat("record ", recording.label);
  for (const std::uint32_t gid : gids) {
    if (recording.limit >= 0 &&
        selected.size() >= static_cast<std::size_t>(recording.limit)) {
      break;
    }
    if (recording.fraction < 1 &&
        KeyedRng(seed, purpose, gid).Uniform() >= recording.fraction) {
      continue;
    }
    selected.push_back(gid);
  }
  return selected;
}

}  // namespace miv::simulate
