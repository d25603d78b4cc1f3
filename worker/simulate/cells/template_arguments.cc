#include "worker/simulate/cells/template_arguments.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::simulate {
namespace {

using neuron::PythonValue;
using neuron::PythonValuePtr;

template <typename T>
PythonValuePtr Numbers(const std::vector<T>& values) {
  return PythonValue::Of(PythonValue::Array(values.begin(), values.end()));
}

double LengthOf(const neuroh5::Tree& tree,
                const std::vector<std::uint16_t>& points) {
  double length = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double dx = tree.x[points[i]] - tree.x[points[i - 1]];
    const double dy = tree.y[points[i]] - tree.y[points[i - 1]];
    const double dz = tree.z[points[i]] - tree.z[points[i - 1]];
    length += std::sqrt(dx * dx + dy * dy + dz * dz);
  }
  return length;
}

absl::Status CheckParents(const neuroh5::Tree& tree) {
  for (const std::uint16_t parent : tree.src) {
    if (LengthOf(tree, tree.sections[parent]) > 0) continue;
    Fault fault;
    fault.reason = "MORPHOLOGY";
    fault.gid = tree.gid;
    fault.what = absl::StrCat("section ", parent,
                              " has children but no length, so that they "
                              "cannot be attached to it");
    fault.found = absl::StrCat(tree.sections[parent].size(), " point(s)");
    fault.remedy =
        "Give the branch point's section two points at different places.";
    return InvalidInput(fault);
  }
  return absl::OkStatus();
}

template <typename T>
void Add(Sha256* hash, const std::vector<T>& values) {
  const std::uint64_t size = values.size();
  hash->Update(&size, sizeof size);
  hash->Update(values.data(), values.size() * sizeof(T));
}

/// Identity of everything but the gid.
std::string KeyOf(const neuroh5::Tree& tree) {
  Sha256 hash;
  for (const auto* values : {&tree.x, &tree.y, &tree.z, &tree.radius}) {
    Add(&hash, *values);
  }
  Add(&hash, tree.layer);
  Add(&hash, tree.swc_type);
  Add(&hash, tree.parent);
  for (const auto& section : tree.sections) Add(&hash, section);
  Add(&hash, tree.src);
  Add(&hash, tree.dst);
  return hash.Finish();
}

}  // namespace

absl::StatusOr<TemplateArguments> ArgumentsOf(const neuroh5::Tree& tree) {
  MIV_RETURN_IF_ERROR(neuroh5::CheckTree(tree));
  MIV_RETURN_IF_ERROR(CheckParents(tree));
  MIV_ASSIGN_OR_RETURN(const std::vector<std::uint32_t> loc,
                       neuroh5::ConnectionPoints(tree));
  PythonValue::Sequence nodes;
  nodes.reserve(tree.sections.size());
  for (const auto& section : tree.sections) nodes.push_back(Numbers(section));
  return TemplateArguments{PythonValue::Of(std::move(nodes)),
                           Numbers(tree.layer),
                           Numbers(tree.src),
                           Numbers(tree.dst),
                           Numbers(loc),
                           Numbers(tree.x),
                           Numbers(tree.y),
                           Numbers(tree.z),
                           Numbers(tree.radius),
                           Numbers(tree.swc_type)};
}

absl::StatusOr<TemplateArguments> ArgumentCache::ArgumentsFor(
    const neuroh5::Tree& tree) {
  const std::string key = KeyOf(tree);
  const auto found = entries_.find(key);
  if (found != entries_.end()) return found->second;
  MIV_ASSIGN_OR_RETURN(TemplateArguments arguments, ArgumentsOf(tree));
  return entries_.emplace(key, std::move(arguments)).first->second;
}

}  // namespace miv::simulate
