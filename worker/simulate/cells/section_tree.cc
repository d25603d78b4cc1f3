#include "worker/simulate/cells/section_tree.h"

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"

namespace miv::simulate {
namespace {

constexpr double kAxonDistance = 100.0;  // um

constexpr std::uint8_t kSoma = 1;
constexpr std::uint8_t kAxon = 2;
constexpr std::uint8_t kAis = 7;

std::vector<int> OfClass(const std::vector<TreeSection>& sections,
                         const std::vector<int>& order, std::uint8_t type) {
  std::vector<int> found;
  for (const int i : order) {
    if (sections[i].swc_type == type) found.push_back(i);
  }
  return found;
}

/// Sum of L from below the root down to and with section i.
double PathLength(const std::vector<TreeSection>& sections, int i) {
  double length = 0;
  for (; sections[i].parent >= 0; i = sections[i].parent) {
    length += sections[i].length_um;
  }
  return length;
}

DetectorPlace OnAxon(const std::vector<TreeSection>& sections,
                     const std::vector<int>& axon) {
  for (const int i : axon) {
    const TreeSection& section = sections[i];
    const double path = PathLength(sections, i);
    for (int k = 0; k < section.nseg; ++k) {
      const double x = (k + 0.5) / section.nseg;
      if (x * section.length_um + path >= kAxonDistance) {
        DetectorPlace place;
        place.section = i;
        place.x = x;
        return place;
      }
    }
  }
  DetectorPlace place;
  place.section = axon.back();
  place.x = 1.0;
  return place;
}

absl::Status NoDetector(absl::string_view section_class) {
  Fault fault;
  fault.reason = "NO_SPIKE_DETECTOR";
  fault.what = absl::StrCat("the cell has no ", section_class,
                            " section to detect spikes in");
  fault.remedy =
      "Let the template fill its section lists, or name a section with "
      "mechanism: {spike detector: {section: soma}}.";
  return InvalidInput(fault);
}

std::uint8_t TypeNamed(absl::string_view name) {
  for (const SectionClass& known : kSectionClasses) {
    if (name == known.name) return known.swc_type;
  }
  return 0;
}

}  // namespace

std::vector<int> VisitOrder(const std::vector<TreeSection>& sections,
                            int root) {
  std::vector<int> order;
  std::vector<int> stack = {root};
  while (!stack.empty()) {
    const int section = stack.back();
    stack.pop_back();
    order.push_back(section);
    for (const int child : sections[section].children) stack.push_back(child);
  }
  return order;
}

absl::StatusOr<DetectorPlace> FindDetector(
    const std::vector<TreeSection>& sections, const std::vector<int>& order,
    const DetectorConfig* config) {
  DetectorPlace place;
  if (config != nullptr) {
    const auto candidates =
        OfClass(sections, order, TypeNamed(config->section));
    if (candidates.empty()) return NoDetector(config->section);
    place.section = candidates.front();
    place.x = config->loc;
    place.threshold_mv = config->threshold_mv;
    place.delay_ms = config->delay_ms;
    return place;
  }
  const auto axon = OfClass(sections, order, kAxon);
  if (!axon.empty()) return OnAxon(sections, axon);
  const auto ais = OfClass(sections, order, kAis);
  const auto soma = OfClass(sections, order, kSoma);
  if (ais.empty() && soma.empty()) return NoDetector("axon, ais or soma");
  place.section = ais.empty() ? soma.back() : ais.front();
  return place;
}

}  // namespace miv::simulate
