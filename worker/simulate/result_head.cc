#include "worker/simulate/result_head.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace miv::neuroh5 {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Population, name, index, start, count)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProjectionName, destination, source)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Types, populations, valid_projections)

}  // namespace miv::neuroh5

namespace miv::simulate {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LfpHead, label, position, rho, mode,
                                   place_cells, dt_ms, steps_per_sample,
                                   populations)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RecordingHead, label, variable, unit, dt_ms,
                                   steps_per_sample)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ResultHead, types, artificial, t_end_ms,
                                   first_step, lfp, recordings, manifest)

std::string ToText(const ResultHead& head) {
  return nlohmann::json(head).dump();
}

absl::StatusOr<ResultHead> ParseResultHead(absl::string_view text) {
  try {
    ResultHead head = nlohmann::json::parse(text).get<ResultHead>();
    if (head.first_step < 0)
      return absl::DataLossError("the head of a run: a negative first step");
    for (const LfpHead& electrode : head.lfp) {
      if (electrode.steps_per_sample < 1)
        return absl::DataLossError("the head of a run: no sample interval");
    }
    for (const RecordingHead& recording : head.recordings) {
      if (recording.steps_per_sample < 1)
        return absl::DataLossError("the head of a run: no sample interval");
    }
    return head;
  } catch (const nlohmann::json::exception& error) {
    return absl::DataLossError(
        absl::StrCat("the head of a run: ", error.what()));
  }
}

}  // namespace miv::simulate
