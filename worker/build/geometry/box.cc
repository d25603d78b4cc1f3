#include "worker/build/geometry/box.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/fault.h"

namespace miv::build {
namespace {

constexpr const char* kAxis[] = {"U", "V", "L"};

absl::Status BadLayer(absl::string_view name, const std::string& what) {
  Fault fault;
  fault.reason = "INVALID_LAYER_EXTENTS";
  fault.field = absl::StrCat("layer_extents.", name);
  fault.what = what;
  return InvalidInput(fault);
}

absl::Status CheckLayer(const Layer& layer) {
  if (layer.name.empty()) return BadLayer("", "a layer has no name");
  for (int i = 0; i < 3; ++i) {
    const double lo = layer.box.lo[i], hi = layer.box.hi[i];
    if (!std::isfinite(lo) || !std::isfinite(hi))
      return BadLayer(layer.name,
                      absl::StrCat("the ", kAxis[i], " range is not finite"));
    if (lo > hi)
      return BadLayer(layer.name,
                      absl::StrCat("the ", kAxis[i], " range ends (", hi,
                                   ") before it starts (", lo, ")"));
  }
  return absl::OkStatus();
}

// Sine and cosine of an angle in degrees, exact for multiples of 90.
std::pair<double, double> SinCos(double degrees) {
  const double turns = std::remainder(degrees, 360.0);
  if (turns == 0) return {0, 1};
  if (turns == 90) return {1, 0};
  if (turns == -90) return {-1, 0};
  if (std::fabs(turns) == 180) return {0, -1};
  const double radians = turns * (3.14159265358979323846 / 180.0);
  return {std::sin(radians), std::cos(radians)};
}

Rotation AboutAxis(int axis, double degrees) {
  const auto [s, c] = SinCos(degrees);
  switch (axis) {
    case 0:
      return {{{1, 0, 0}, {0, c, -s}, {0, s, c}}};
    case 1:
      return {{{c, 0, s}, {0, 1, 0}, {-s, 0, c}}};
    default:
      return {{{c, -s, 0}, {s, c, 0}, {0, 0, 1}}};
  }
}

Rotation Multiply(const Rotation& a, const Rotation& b) {
  Rotation product{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 3; ++k) product[i][j] += a[i][k] * b[k][j];
  return product;
}

}  // namespace

bool Box::Contains(const Point3& p, double tolerance) const {
  for (int i = 0; i < 3; ++i)
    if (!(p[i] >= lo[i] - tolerance && p[i] <= hi[i] + tolerance)) return false;
  return true;
}

absl::StatusOr<LayerTable> LayerTable::Create(std::vector<Layer> layers) {
  if (layers.empty()) return BadLayer("", "there is no layer");
  LayerTable table;
  table.extent_ = layers.front().box;
  for (Layer& layer : layers) {
    if (absl::Status status = CheckLayer(layer); !status.ok()) return status;
    if (table.Find(layer.name) != nullptr)
      return BadLayer(layer.name, "the layer is given twice");
    for (int i = 0; i < 3; ++i) {
      table.extent_.lo[i] = std::min(table.extent_.lo[i], layer.box.lo[i]);
      table.extent_.hi[i] = std::max(table.extent_.hi[i], layer.box.hi[i]);
    }
    table.layers_.push_back(std::move(layer));
  }
  return table;
}

const Layer* LayerTable::Find(absl::string_view name) const {
  for (const Layer& layer : layers_)
    if (layer.name == name) return &layer;
  return nullptr;
}

absl::StatusOr<Box> LayerTable::Get(absl::string_view name) const {
  if (const Layer* layer = Find(name)) return layer->box;
  Fault fault;
  fault.reason = "UNKNOWN_LAYER";
  fault.what = absl::StrCat("layer ", name, " has no extents");
  fault.expected = absl::StrCat(
      "one of ",
      absl::StrJoin(layers_, ", ", [](std::string* out, const Layer& layer) {
        out->append(layer.name);
      }));
  fault.remedy = "Add it to layer_extents, or set its cell counts to 0.";
  return InvalidInput(fault);
}

Rotation RotationMatrix(const Point3& degrees, RotationOrder order) {
  Rotation rotation = AboutAxis(0, 0);
  for (int axis = 0; axis < 3; ++axis) {
    if (degrees[axis] == 0) continue;
    const Rotation next = AboutAxis(axis, degrees[axis]);
    rotation =
        order == RotationOrder::kLastAxis ? next : Multiply(next, rotation);
  }
  return rotation;
}

Point3 Rotate(const Rotation& rotation, const Point3& uvl) {
  Point3 xyz{};
  for (int i = 0; i < 3; ++i)
    xyz[i] = rotation[i][0] * uvl[0] + rotation[i][1] * uvl[1] +
             rotation[i][2] * uvl[2];
  return xyz;
}

}  // namespace miv::build
