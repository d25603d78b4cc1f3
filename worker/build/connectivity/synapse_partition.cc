#include "worker/build/connectivity/synapse_partition.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/build/morphology/morphology.h"

namespace miv::build {
namespace {

constexpr int kTypes = 3, kClasses = 9, kLayers = 129;  // layers -1..127
constexpr double kProportionTolerance = 1e-5 + 1e-8;

// -1 if a code is out of range.
int CodeOf(int synapse_type, int swc_type, int layer) {
  if (synapse_type < 0 || synapse_type >= kTypes || swc_type < 0 ||
      swc_type >= kClasses || layer < -1 || layer + 1 >= kLayers)
    return -1;
  return (synapse_type * kClasses + swc_type) * kLayers + layer + 1;
}

std::string CategoryName(int code) {
  return absl::StrCat(SynapseTypeName(code / (kClasses * kLayers)),
                      " synapses on ", SwcTypeName(code / kLayers % kClasses),
                      " in layer ", code % kLayers - 1);
}

absl::Status Invalid(const ProjectionRule& rule, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat("projection from ", rule.source, ": ", what));
}

absl::Status CheckTarget(const ProjectionRule& rule,
                         const SynapseTarget& target, int code) {
  if (code < 0 || target.swc_type == 0)
    return Invalid(rule,
                   absl::StrCat("no synapses of type ", rule.synapse_type,
                                " on class ", target.swc_type, " in layer ",
                                target.layer, " can exist"));
  if (!(target.proportion > 0) || !std::isfinite(target.proportion))
    return Invalid(
        rule, absl::StrCat("the proportion of ", CategoryName(code), " is ",
                           target.proportion, ", expected a positive number"));
  return absl::OkStatus();
}

}  // namespace

std::string SynapseTypeName(int synapse_type) {
  static constexpr const char* kNames[] = {"excitatory", "inhibitory",
                                           "modulatory"};
  if (synapse_type >= 0 && synapse_type < kTypes) return kNames[synapse_type];
  return absl::StrCat("type ", synapse_type);
}

absl::StatusOr<SynapsePartition> SynapsePartition::Create(
    absl::Span<const ProjectionRule> rules) {
  SynapsePartition partition;
  partition.category_.assign(kTypes * kClasses * kLayers, -1);
  std::vector<int> codes;  // by category
  for (std::uint32_t p = 0; p < rules.size(); ++p) {
    if (!(rules[p].contacts >= 1) || !std::isfinite(rules[p].contacts))
      return Invalid(rules[p], absl::StrCat("contacts is ", rules[p].contacts,
                                            ", expected 1 or more"));
    for (const SynapseTarget& target : rules[p].targets) {
      const int code =
          CodeOf(rules[p].synapse_type, target.swc_type, target.layer);
      MIV_RETURN_IF_ERROR(CheckTarget(rules[p], target, code));
      std::int16_t& category =
          partition.category_[static_cast<std::size_t>(code)];
      if (category < 0) {
        category = static_cast<std::int16_t>(codes.size());
        codes.push_back(code);
        partition.shares_.emplace_back();
      }
      auto& shares = partition.shares_[static_cast<std::size_t>(category)];
      if (!shares.empty() && shares.back().projection == p)
        return Invalid(rules[p],
                       absl::StrCat(CategoryName(code), " is listed twice"));
      const double before = shares.empty() ? 0 : shares.back().up_to;
      shares.push_back({p, before + target.proportion});
    }
  }
  for (std::size_t c = 0; c < codes.size(); ++c) {
    double& sum = partition.shares_[c].back().up_to;
    if (std::fabs(sum - 1) > kProportionTolerance)
      return absl::InvalidArgumentError(
          absl::StrCat("the proportions of ", CategoryName(codes[c]),
                       " sum to ", sum, " over all projections, expected 1"));
    sum = 1;
  }
  return partition;
}

int SynapsePartition::CategoryOf(std::uint8_t synapse_type,
                                 std::uint8_t swc_type,
                                 std::int8_t layer) const {
  const int code = CodeOf(synapse_type, swc_type, layer);
  return code < 0 ? -1 : category_[static_cast<std::size_t>(code)];
}

std::uint32_t SynapsePartition::Choose(int category, KeyedRng& rng) const {
  const auto& shares = shares_[static_cast<std::size_t>(category)];
  if (shares.size() == 1) return shares.front().projection;
  const double x = rng.Uniform();
  std::size_t i = 0;
  while (x >= shares[i].up_to) ++i;  // the last is 1
  return shares[i].projection;
}

}  // namespace miv::build
