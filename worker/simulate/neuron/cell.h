#pragma once

// One instance of a cell template.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/simulate/neuron/handles.h"

namespace miv::simulate::neuron {

/// Owns its hoc object; the sections live as long as it does.
class Cell {
 public:
  /// object: a fresh instance, whose reference passes to the cell.
  Cell(Object* object, std::uint32_t gid) : object_(object), gid_(gid) {}
  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  std::uint32_t gid() const { return gid_; }
  Object* object() const { return object_; }

  /// "RidgePyramid[3]", as hoc names it.
  std::string name() const;

  /// True for spike sources without a membrane: the template's is_art() is
  /// positive, or it is an artificial cell of NMODL.
  /// Errors: InvalidArgument if is_art() fails.
  absl::StatusOr<bool> IsArtificial() const;

  /// Members of the public section array or SectionList `name`, in order; a
  /// single section counts as an array of one.  Empty if there is none.
  std::vector<SectionHandle> Sections(absl::string_view name) const;

  /// Calls position(x, y, z), um, if the template has it.
  absl::Status SetPosition(double x, double y, double z);

  /// Sets a scalar of a section, e.g. ic_constant of soma, to `value`.
  /// Errors: NotFound if the section lacks that variable.
  absl::Status SetSectionVariable(SectionHandle section,
                                  absl::string_view variable, double value);

 private:
  Object* object_;
  std::uint32_t gid_;
};

}  // namespace miv::simulate::neuron
