#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/validation.h"

namespace miv::neuroh5 {
namespace {

using Layout = std::shared_ptr<const CellLayout>;

// Reads all values block by block; damage shows as an error.
absl::Status Touch(const CellLayout& layout, std::uint64_t block_bytes) {
  const std::uint64_t step =
      std::max<std::uint64_t>(1, block_bytes / SizeOf(layout.type));
  for (std::uint64_t row = 0; row < layout.length; row += step) {
    const std::uint64_t count = std::min(step, layout.length - row);
    const absl::StatusOr<Values> values =
        ReadSpanValues(layout.values, layout.type, {{row, count, 0}}, count);
    if (!values.ok()) return values.status();
  }
  return absl::OkStatus();
}

void CheckCoverage(const CellLayout& layout, const std::string& path,
                   Findings* findings) {
  const std::string pointer = absl::StrCat(path, "/", kAttributePointer);
  if (layout.pointer.empty()) return;
  if (layout.pointer.front() == 0 && layout.pointer.back() == layout.length)
    return;
  Finding finding;
  finding.path = pointer;
  finding.what = "some values belong to no cell";
  finding.expected = absl::StrCat("a pointer from 0 to ", layout.length);
  finding.found = absl::StrCat("from ", layout.pointer.front(), " to ",
                               layout.pointer.back());
  finding.remedy = "Write the attribute again.";
  findings->Add(finding);
}

// nullptr, with a finding, if the attribute is not sound.
Layout ValidateAttribute(const Reader& reader, const Population& population,
                         const std::string& name_space,
                         const std::string& attribute, Findings* findings) {
  const std::string path = CellPath(population.name, name_space, attribute);
  const absl::StatusOr<Layout> layout =
      reader.layouts().Get(reader.file(), population, name_space, attribute);
  if (!findings->Add(layout.status())) return nullptr;
  if (!findings->Add(Touch(**layout, findings->options().block_bytes)))
    return nullptr;
  if (Exists(reader.file(), absl::StrCat(path, "/", kCellIndex)))
    CheckCoverage(**layout, path, findings);
  else
    findings->Warn(path, "the attribute has no Cell Index; no cell has it", "",
                   "Write the attribute again.");
  const std::size_t repeats = CountRepeats((*layout)->gids);
  if (repeats > 0)
    findings->Warn(path, "cells are stored more than once",
                   absl::StrCat(repeats, " repeats"),
                   "Readers join their values; write the attribute anew if "
                   "that is not meant.");
  return *layout;
}

// neuroh5 labels the attributes of a cell by position among the attributes that
// it finds, so all must have the same cells.
void CompareCells(const CellLayout& first, const CellLayout& other,
                  const std::string& path, Findings* findings) {
  std::vector<std::uint32_t> a = first.gids, b = other.gids;
  for (auto* gids : {&a, &b}) {
    std::sort(gids->begin(), gids->end());
    gids->erase(std::unique(gids->begin(), gids->end()), gids->end());
  }
  if (a == b) return;
  findings->Warn(path, "the attributes of this namespace have different cells",
                 absl::StrCat(b.size(), " cells, others ", a.size()),
                 "Write all attributes of the namespace for the same cells.");
}

// The arrays of a synapse namespace are parallel.
void CompareLengths(const CellLayout& first, const CellLayout& other,
                    const std::string& path, Findings* findings) {
  if (first.gids != other.gids) return;
  for (std::size_t row = 0; row < first.gids.size(); ++row) {
    if (first.count(row) == other.count(row)) continue;
    Finding finding;
    finding.path = path;
    finding.what = absl::StrCat(
        "the synapse attributes of a cell differ in "
        "length (gid ",
        first.gids[row], ")");
    finding.expected = absl::StrCat(first.count(row), " values");
    finding.found = absl::StrCat(other.count(row));
    finding.remedy = "Distribute the synapses again.";
    findings->Add(finding);
    return;
  }
}

}  // namespace

void ValidateCells(const Reader& reader, const Population& population,
                   const std::string& name_space, Findings* findings) {
  const auto attributes = reader.CellAttributes(population.name, name_space);
  if (!findings->Add(attributes.status())) return;
  Layout first;
  for (const CellAttributeInfo& info : *attributes) {
    if (findings->full()) return;
    const Layout layout =
        ValidateAttribute(reader, population, name_space, info.name, findings);
    if (layout == nullptr) continue;
    if (first == nullptr) {
      first = layout;
      continue;
    }
    const std::string path = CellPath(population.name, name_space, info.name);
    CompareCells(*first, *layout, path, findings);
    if (name_space == kSynapseAttributes)
      CompareLengths(*first, *layout, path, findings);
  }
}

}  // namespace miv::neuroh5
