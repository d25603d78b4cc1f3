#include "worker/build/steps/morphology_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/build/morphology/contraction.h"
#include "worker/build/morphology/swc.h"
#include "worker/build/steps/config_fields.h"
#include "worker/build/steps/layers.h"
#include "worker/build/steps/model_names.h"

namespace miv::worker {
namespace {

absl::Status ReadAxis(const nlohmann::json& config, build::DepthFrame& frame) {
  MIV_ASSIGN_OR_RETURN(const std::string axis, TextField(config, "depth_axis"));
  const std::size_t letter = axis.find_last_of("xyz");
  const bool reversed = axis.size() == 2 && axis[0] == '-';
  if (letter == std::string::npos || letter + 1 != axis.size() ||
      axis.size() != (reversed ? 2u : 1u))
    return InvalidInput({.reason = "BAD_CONFIG",
                         .field = "config.depth_axis",
                         .what = "not an axis",
                         .expected = "x, y, z, -x, -y or -z",
                         .found = axis});
  frame.axis = axis[letter] - 'x';
  frame.sign = reversed ? -1 : 1;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<build::DepthFrame> DepthFrameOf(const nlohmann::json& config) {
  build::DepthFrame frame;
  MIV_RETURN_IF_ERROR(ReadAxis(config, frame));
  MIV_ASSIGN_OR_RETURN(const build::LayerTable layers, LayersOf(config));
  MIV_ASSIGN_OR_RETURN(const LayerNames names, LayerNames::Of(config));
  MIV_ASSIGN_OR_RETURN(const std::string soma, TextField(config, "soma_layer"));
  MIV_ASSIGN_OR_RETURN(const build::Box box, layers.Get(soma));
  frame.soma_depth = (box.lo[2] + box.hi[2]) / 2;
  for (const build::Layer& layer : layers.layers()) {
    MIV_ASSIGN_OR_RETURN(
        const std::int8_t code,
        names.CodeOf(layer.name,
                     absl::StrCat("config.layer_extents.", layer.name)));
    frame.ranges.push_back({code, layer.box.lo[2], layer.box.hi[2]});
  }
  std::sort(frame.ranges.begin(), frame.ranges.end(),
            [](const auto& a, const auto& b) { return a.low < b.low; });
  if (const absl::Status status = build::ValidateDepthFrame(frame);
      !status.ok())
    return WithContext(status, {.field = "config.layer_extents"});
  return frame;
}

absl::StatusOr<build::Morphology> ReadMorphology(const StepInput& file,
                                                 const nlohmann::json& config) {
  MIV_ASSIGN_OR_RETURN(const std::string text, ReadFile(file.path));
  MIV_ASSIGN_OR_RETURN(build::PointTree points,
                       build::ParseSwc(text, file.label));
  const auto* source = FindField(config, "layer_from");
  if (source != nullptr && *source == "depth") {
    MIV_ASSIGN_OR_RETURN(const build::DepthFrame frame, DepthFrameOf(config));
    build::AssignLayersByDepth(frame, points);
  }
  return build::ContractToSections(std::move(points), file.label);
}

}  // namespace miv::worker
