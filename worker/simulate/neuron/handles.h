#pragma once

// Opaque handles of NEURON's objects: cheap values that other code may keep and
// compare but not look into.

struct Object;
struct Section;
class NetCon;

namespace miv::simulate::neuron {

/// A section of some cell.  Valid while the cell lives.
struct SectionHandle {
  Section* section = nullptr;
  bool operator==(const SectionHandle&) const = default;
};

/// A point process instance.  Lives as long as the process.
struct PointProcessHandle {
  Object* object = nullptr;
};

/// A connection from a spike source to a point process.  Lives as long as the
/// process.
struct ConnectionHandle {
  NetCon* connection = nullptr;
};

}  // namespace miv::simulate::neuron
