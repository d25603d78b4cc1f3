#pragma once

// A morphology as the arguments that the model's cell templates take.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "common/neuroh5/tree.h"
#include "worker/simulate/neuron/python_value.h"

namespace miv::simulate {

/// The ten arguments after the gid, in this order: nodes (section -> point
/// ids), layer, src, dst, loc, x, y, z, radius (um), swc_type.
using TemplateArguments = std::vector<neuron::PythonValuePtr>;

/// Errors: InvalidArgument if the tree is none (neuroh5/tree.h), or a section
/// that has children has a single point or zero length: the templates divide by
/// its length.
absl::StatusOr<TemplateArguments> ArgumentsOf(const neuroh5::Tree& tree);

/// The arguments of many trees: equal trees share one set, since the cells of a
/// population are mostly copies of a few morphologies.
class ArgumentCache {
 public:
  absl::StatusOr<TemplateArguments> ArgumentsFor(const neuroh5::Tree& tree);

  /// Number of different trees so far.
  std::size_t size() const { return entries_.size(); }

 private:
  std::unordered_map<std::string, TemplateArguments> entries_;
};

}  // namespace miv::simulate
