#pragma once

// The sections of a cell in the order of the reference's wrapper, and the rule
// that finds where its spikes are detected.  No NEURON: a tree of plain values.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/simulate/cells/cell_types.h"

namespace miv::simulate {

/// SWC types and the template's names for them: list "soma_list", else section
/// or array "soma".
struct SectionClass {
  std::uint8_t swc_type;
  const char* name;
};
inline constexpr std::array<SectionClass, 8> kSectionClasses = {
    {{1, "soma"},
     {2, "axon"},
     {3, "basal"},
     {4, "apical"},
     {5, "trunk"},
     {6, "tuft"},
     {7, "ais"},
     {8, "hillock"}}};

/// One section.  Children in NEURON's order.
struct TreeSection {
  std::uint8_t swc_type = 0;  ///< 0: in none of the template's lists
  double length_um = 0;
  int nseg = 1;
  int parent = -1;
  std::vector<int> children;
};

/// Sections reachable from `root`, in the order in which the reference visits
/// them: depth first, pushing a section's children in order and taking the last
/// (MiV-Simulator f279b9c, cells.py; it decides which axon section is first).
std::vector<int> VisitOrder(const std::vector<TreeSection>& sections, int root);

/// Where spikes are detected.
struct DetectorPlace {
  int section = 0;
  double x = 0.5;
  double threshold_mv = -30;
  double delay_ms = 0.05;
};

/// The rule of MiV-Simulator f279b9c (init_spike_detector):
///  1. `config`, if given: the first section of its class, at its loc;
///  2. else the first segment centre of an axon section, in visiting order,
///     that is at least 100 um away; if none is, the last axon section at 1;
///  3. else the first ais section at 0.5, else the last soma section at 0.5.
/// The distance of x on a section is x L of the section, plus L of every
/// section on the path to it without the root but with the section itself.
/// order: VisitOrder.  config: null for none.
/// Errors: InvalidArgument if no section qualifies.
absl::StatusOr<DetectorPlace> FindDetector(
    const std::vector<TreeSection>& sections, const std::vector<int>& order,
    const DetectorConfig* config);

}  // namespace miv::simulate
