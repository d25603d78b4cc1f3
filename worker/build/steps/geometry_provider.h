#pragma once

// Where the geometry of a model's cells comes from.

#include <string>

#include "absl/status/statusor.h"
#include "common/neuroh5/tree.h"
#include "worker/build/synapses/cell_geometry.h"
#include "worker/build/synapses/native_geometry.h"

namespace miv::worker {

/// Lays out cells.  Not collective: a rank asks for the trees of its own cells.
class GeometryProvider {
 public:
  virtual ~GeometryProvider() = default;

  /// What template `template_name` makes of `tree` for a cell of `population`:
  /// sections numbered as in the tree, lengths, segments and 3-d points as they
  /// are once the template has run.
  /// tree: passes neuroh5::CheckTree; its gid is that of the first cell.
  /// Errors: InvalidArgument if template and tree do not fit (the template's
  /// own words in the message), NotFound if there is no such template.
  virtual absl::StatusOr<build::CellGeometry> GeometryOf(
      const std::string& population, const std::string& template_name,
      const neuroh5::Tree& tree) = 0;
};

/// Geometry without a template, by one policy for all populations.
class NativeGeometryProvider final : public GeometryProvider {
 public:
  explicit NativeGeometryProvider(build::NsegPolicy policy = {})
      : policy_(policy) {}
  absl::StatusOr<build::CellGeometry> GeometryOf(
      const std::string& population, const std::string& template_name,
      const neuroh5::Tree& tree) override;

 private:
  build::NsegPolicy policy_;
};

}  // namespace miv::worker
