#include "worker/simulate/assemble.h"

#include <optional>
#include <utility>

#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/simulate/results_file.h"

namespace miv::simulate {
namespace {

/// The set that covers most; nullopt if none covers anything.
std::optional<segments::SegmentSet> FurthestOf(
    absl::Span<const std::string> folders) {
  std::optional<segments::SegmentSet> best;
  for (const std::string& folder : folders) {
    auto set = segments::SegmentSet::Open(folder);
    if (!set.ok() || set->coverage().steps == 0) continue;
    const bool further =
        !best.has_value() || set->coverage().steps > best->coverage().steps;
    if (further) best.emplace(*std::move(set));
  }
  return best;
}

}  // namespace

absl::StatusOr<Assembled> AssembleResults(
    absl::Span<const std::string> segment_folders,
    const std::string& output_directory) {
  const auto set = FurthestOf(segment_folders);
  if (!set.has_value()) {
    return absl::NotFoundError("the run had not put anything down yet");
  }
  MIV_ASSIGN_OR_RETURN(const ResultHead head, ParseResultHead(set->head()));
  Assembled assembled;
  assembled.coverage = set->coverage();
  assembled.losses = set->losses();
  MIV_ASSIGN_OR_RETURN(
      assembled.spikes,
      WriteResults(JoinPath(output_directory, "results.h5"), head, *set));
  MIV_RETURN_IF_ERROR(WriteReadouts(output_directory, head, *set));
  assembled.files.push_back("results.h5");
  for (std::size_t i = 0; i < head.lfp.size(); ++i) {
    assembled.files.push_back(ReadoutName(head, i));
  }
  return assembled;
}

}  // namespace miv::simulate
