#include "worker/build/synapses/synapse_density.h"

#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/build/morphology/morphology.h"

namespace miv::build {
namespace {

std::string Where(const DensityRule& rule) {
  static constexpr const char* kTypes[] = {"excitatory", "inhibitory",
                                           "modulatory"};
  return absl::StrCat("density of ", SwcTypeName(rule.swc_type), " ",
                      rule.synapse_type <= kModulatory
                          ? kTypes[rule.synapse_type]
                          : "unknown-type");
}

absl::Status Invalid(const DensityRule& rule, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(Where(rule), ": ", what));
}

absl::Status ValidateRule(const DensityRule& rule) {
  if (rule.swc_type < kSoma || rule.swc_type > kHillock)
    return Invalid(rule, "the section class does not exist");
  if (rule.synapse_type > kModulatory)
    return Invalid(rule, "the synapse type does not exist");
  std::set<int> seen;
  for (const LayerDensity& density : rule.layers) {
    const int layer = density.layer.has_value() ? *density.layer : -1000;
    const std::string name = density.layer.has_value()
                                 ? absl::StrCat("layer ", layer)
                                 : std::string("the default layer");
    if (!seen.insert(layer).second)
      return Invalid(rule, absl::StrCat(name, " is listed twice"));
    if (!(density.mean >= 0) || !std::isfinite(density.mean))
      return Invalid(rule, absl::StrCat("the mean in ", name, " is ",
                                        density.mean, ", expected 0 or more"));
    if (!(density.sd >= 0) || !std::isfinite(density.sd))
      return Invalid(rule, absl::StrCat("the variance in ", name, " is ",
                                        density.sd, ", expected 0 or more"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateDensityTable(absl::Span<const DensityRule> table) {
  std::set<std::pair<int, int>> seen;
  for (const DensityRule& rule : table) {
    if (absl::Status status = ValidateRule(rule); !status.ok()) return status;
    if (!seen.emplace(rule.swc_type, rule.synapse_type).second)
      return Invalid(rule, "is given twice");
  }
  return absl::OkStatus();
}

}  // namespace miv::build
